// Listing and opening the objects of a card.
// SPDX-License-Identifier: Apache-2.0
#include "cli/card_client.h"

#include <fmt/format.h>
#include <net/if.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "host-driver/bpf_attr.h"
#include "host-driver/interpose/traps.h"
#include "host-driver/kernel_bpf.h"

namespace cli {
namespace {

bool returns_descriptor(int command) {
  return command == BPF_MAP_GET_FD_BY_ID || command == BPF_PROG_GET_FD_BY_ID;
}

int64_t ask_kernel(int command, bpf_attr& attr, base::UniqueFd* fd) {
  const int result = host::kernel_bpf(command, attr);
  if (result < 0) return result;
  base::UniqueFd opened(returns_descriptor(command) ? result : -1);
  if (fd != nullptr) *fd = std::move(opened);
  return result;
}

class ServedCard {
 public:
  explicit ServedCard(interpose::Client client) : traps_(std::move(client), queues_) {}

  int64_t bpf(int command, bpf_attr& attr, base::UniqueFd* fd) {
    const interpose::Target self(static_cast<int>(getpid()), [] { return true; });
    const interpose::Call call{
        SYS_bpf, {static_cast<uint64_t>(command), host::address_of(&attr), sizeof attr, 0, 0, 0}};
    interpose::Outcome outcome = traps_.handle(call, self);
    if (outcome.passed) return -ENOSYS;
    if (!outcome.fd) return outcome.value;
    const int64_t number = outcome.fd.get();
    if (fd != nullptr) *fd = std::move(outcome.fd);
    return number;
  }

 private:
  interpose::RouteQueues queues_;
  interpose::Traps traps_;
};

template <typename Object>
base::Result<Object> pick(base::Result<std::vector<Object>> objects, const std::string& name,
                          const char* kind) {
  if (!objects) return objects.error();
  uint32_t id = 0;
  const char* end = name.data() + name.size();
  const bool is_id = std::from_chars(name.data(), end, id).ptr == end;
  Object* found = nullptr;
  for (Object& object : *objects) {
    if (is_id ? object.info.id != id : name != object.info.name) continue;
    if (found != nullptr)
      return base::invalid_input(
          fmt::format("several {}s are called `{}`: name one by its id", kind, name));
    found = &object;
  }
  if (found == nullptr)
    return base::invalid_input(
        fmt::format("the card has no {} `{}`, among {}", kind, name, objects->size()));
  return std::move(*found);
}

}  // namespace

base::Result<CardClient> CardClient::open(const CardAddress& address) {
  if (!address.dev.empty()) {
    const unsigned ifindex = if_nametoindex(address.dev.c_str());
    struct stat netns = {};
    if (ifindex == 0 || stat("/proc/self/ns/net", &netns) != 0)
      return base::invalid_input("no interface has this name in this network namespace",
                                 address.dev);
    return CardClient(ask_kernel, {ifindex, netns.st_ino});
  }
  base::Result<interpose::Client> client =
      interpose::Client::connect(socket_or_default(address.socket), 0);
  if (!client) return client.error();
  return CardClient(
      [card = std::make_shared<ServedCard>(std::move(*client))](
          int command, bpf_attr& attr, base::UniqueFd* fd) { return card->bpf(command, attr, fd); },
      {});
}

int64_t CardClient::bpf(int command, bpf_attr& attr, base::UniqueFd* fd) {
  return call_(command, attr, fd);
}

bool CardClient::fill(Map& map) {
  bpf_attr attr = host::info_attr(map.fd.get(), &map.info);
  return bpf(BPF_OBJ_GET_INFO_BY_FD, attr) >= 0;
}

bool CardClient::fill(Prog& prog) {
  bpf_attr attr = host::info_attr(prog.fd.get(), &prog.info);
  if (bpf(BPF_OBJ_GET_INFO_BY_FD, attr) < 0) return false;
  prog.maps.resize(prog.info.nr_map_ids);
  bpf_prog_info again = {};
  again.nr_map_ids = prog.info.nr_map_ids;
  again.map_ids = host::address_of(prog.maps.data());
  attr = host::info_attr(prog.fd.get(), &again);
  return prog.maps.empty() || bpf(BPF_OBJ_GET_INFO_BY_FD, attr) >= 0;
}

base::Result<std::vector<uint64_t>> CardClient::words(const Prog& prog) {
  std::vector<uint64_t> words(prog.info.jited_prog_len / sizeof(uint64_t));
  bpf_prog_info again = {};
  again.jited_prog_insns = host::address_of(words.data());
  again.jited_prog_len = static_cast<uint32_t>(words.size() * sizeof(uint64_t));
  bpf_attr attr = host::info_attr(prog.fd.get(), &again);
  const int64_t failed = bpf(BPF_OBJ_GET_INFO_BY_FD, attr);
  if (failed >= 0) return words;
  return base::io_error(
      fmt::format("the card does not answer: {}", std::strerror(static_cast<int>(-failed))));
}

template <typename Object>
base::Result<std::vector<Object>> CardClient::all(int next_command, int open_command) {
  std::vector<Object> out;
  for (uint32_t id = 0;;) {
    bpf_attr attr = host::empty_attr();
    attr.start_id = id;
    const int64_t failed = bpf(next_command, attr);
    if (failed == -ENOENT) return out;
    if (failed < 0)
      return base::io_error(
          fmt::format("bpf(2) is refused: {}", std::strerror(static_cast<int>(-failed))));
    id = attr.next_id;
    attr = host::empty_attr();
    attr.prog_id = id;  // the field is where the ids of the other kinds are
    Object object;
    // What went away meanwhile is not listed.
    if (bpf(open_command, attr, &object.fd) >= 0 && fill(object) && is_shown(object.info))
      out.push_back(std::move(object));
  }
}

base::Result<std::vector<CardClient::Map>> CardClient::maps() {
  return all<Map>(BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID);
}
base::Result<std::vector<CardClient::Prog>> CardClient::progs() {
  return all<Prog>(BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID);
}
base::Result<CardClient::Map> CardClient::map(const std::string& name) {
  return pick(maps(), name, "map");
}
base::Result<CardClient::Prog> CardClient::prog(const std::string& name) {
  return pick(progs(), name, "program");
}

}  // namespace cli
