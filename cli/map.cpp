// millrace map: the maps of a card that lives on, or of a real one.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/card_client.h"
#include "cli/card_options.h"
#include "cli/card_value.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/manual.h"
#include "cli/message.h"
#include "host-driver/bpf_attr.h"
#include "host-driver/map_json.h"
#include "host-driver/map_walk.h"

namespace cli {
namespace {

using Bytes = std::vector<uint8_t>;

struct MapRequest {
  std::string map, key, value, json, mode = "any";
};

struct Access {
  CardClient client;
  CardClient::Map map;
  MapRequest request;

  // The result of one operation, or -errno.
  int64_t element(int command, const Bytes* key, Bytes* out, uint64_t flags = 0) {
    bpf_attr attr = host::element_attr(map.fd.get(), key == nullptr ? nullptr : key->data(),
                                       out == nullptr ? nullptr : out->data(), flags);
    return client.bpf(command, attr);
  }
};

int refuse(const std::string& what, int64_t error) {
  fmt::print(stderr, "millrace: {}: {}\n", what, std::strerror(static_cast<int>(-error)));
  return error == -ENOENT || error == -EEXIST || error == -E2BIG ? kAnswerIsNo : kBadInput;
}

int dump(Access& access) {
  const bpf_map_info& info = access.map.info;
  base::Result<std::vector<host::MapEntry>> entries = host::read_entries(
      [&](int command, bpf_attr& attr) { return access.client.bpf(command, attr); },
      access.map.fd.get(), info.key_size, info.value_size);
  if (!entries) return fail(entries.error());
  const host::MapContents contents{info.name, std::move(*entries)};
  if (!access.request.json.empty()) {
    const base::Result<void> written =
        write_file(access.request.json, host::print_map_contents({contents}));
    return written ? kDone : fail(written.error());
  }
  for (const host::MapEntry& entry : contents.entries)
    fmt::print("key: {}  value: {}\n", print_map_bytes(entry.key), print_map_bytes(entry.value));
  fmt::print("{} entries\n", contents.entries.size());
  return kDone;
}

int lookup(Access& access, const Bytes& key) {
  Bytes value(access.map.info.value_size);
  const int64_t failed = access.element(BPF_MAP_LOOKUP_ELEM, &key, &value);
  if (failed < 0) return refuse("no such key", failed);
  fmt::print("{}\n", print_map_bytes(value));
  return kDone;
}

int next_key(Access& access, const Bytes* key) {
  Bytes next(access.map.info.key_size);
  const int64_t failed = access.element(BPF_MAP_GET_NEXT_KEY, key, &next);
  if (failed < 0) return refuse("no next key", failed);
  fmt::print("{}\n", print_map_bytes(next));
  return kDone;
}

int update(Access& access, const Bytes& key) {
  base::Result<Bytes> value = parse_map_bytes(access.request.value, access.map.info.value_size);
  if (!value) return fail(value.error());
  const std::string& mode = access.request.mode;
  const uint64_t flags = mode == "exist" ? BPF_EXIST : mode == "noexist" ? BPF_NOEXIST : BPF_ANY;
  const int64_t failed = access.element(BPF_MAP_UPDATE_ELEM, &key, &*value, flags);
  return failed < 0 ? refuse("not updated", failed) : kDone;
}

int remove(Access& access, const Bytes& key) {
  const int64_t failed = access.element(BPF_MAP_DELETE_ELEM, &key, nullptr);
  return failed < 0 ? refuse("not deleted", failed) : kDone;
}

using Run = int (*)(Access& access, const Bytes* key);

int open_and_run(const CardAddress& address, const MapRequest& request, Run run) {
  base::Result<CardClient> client = CardClient::open(address);
  if (!client) return fail(client.error());
  base::Result<CardClient::Map> map = client->map(request.map);
  if (!map) return fail(map.error());
  Access access{std::move(*client), std::move(*map), request};
  if (request.key.empty()) return run(access, nullptr);
  base::Result<Bytes> key = parse_map_bytes(request.key, access.map.info.key_size);
  if (!key) return fail(key.error());
  return run(access, &*key);
}

}  // namespace

void add_map(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("map", "the maps of a card that lives on, or of a real one");
  command->require_subcommand(1);
  add_manual(*command);
  auto request = std::make_shared<MapRequest>();
  const auto add = [&](const char* name, const char* help, Run run) {
    CLI::App* one = command->add_subcommand(name, help);
    add_manual(*one);
    const auto address = add_card_options(*one);
    one->add_option("MAP", request->map, "id, or name")->required();
    one->callback([=, &action] { action = [=] { return open_and_run(*address, *request, run); }; });
    return one;
  };
  const char* key_help = "a number, or bytes with commas between";
  add("dump", "every entry", [](Access& a, const Bytes*) {
    return dump(a);
  })->add_option("--json", request->json, "write it in bpftool's form; - is standard output");
  add("lookup", "the value of a key", [](Access& a, const Bytes* key) { return lookup(a, *key); })
      ->add_option("KEY", request->key, key_help)
      ->required();
  add("delete", "remove a key", [](Access& a, const Bytes* key) { return remove(a, *key); })
      ->add_option("KEY", request->key, key_help)
      ->required();
  add("getnext", "the key after KEY, or the first", next_key)
      ->add_option("KEY", request->key, key_help);
  CLI::App* set = add("update", "set the value of a key",
                      [](Access& a, const Bytes* key) { return update(a, *key); });
  set->add_option("KEY", request->key, key_help)->required();
  set->add_option("VALUE", request->value, key_help)->required();
  set->add_option("--mode", request->mode, "any, exist or noexist")
      ->check(CLI::IsMember({"any", "exist", "noexist"}))
      ->capture_default_str();
}

}  // namespace cli
