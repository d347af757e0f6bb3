// One front end of the server: its requests, one after the other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host-driver/interpose/channel.h"
#include "host-driver/interpose/services.h"

namespace interpose {

inline constexpr int kAskTimeoutMs = 5000;  // a stopped front end must not hold the card for longer

inline Message done(int64_t result) { return {Verb::kDone, {result}, {}, {}}; }
inline Message pass() { return {Verb::kPass, {}, {}, {}}; }
inline host::NetNamespace net_of(const Message& request) {
  return {static_cast<uint64_t>(request.word[2]), static_cast<uint64_t>(request.word[3])};
}

class Session {
 public:
  // A question to the front end. Nothing: it is gone.
  using Ask = std::function<std::optional<Message>(Message question)>;

  // `client` names the process at the other end, for its limits.
  Session(Services& services, uint64_t client) : services_(services), client_(client) {}

  // Until the front end hangs up, breaks the protocol, or leaves a question unanswered for kAskTimeoutMs.
  void run(Channel& channel);
  Message answer(const Message& request, const Ask& ask);

 private:
  Message answer_verb(const Message& request);
  Message hello(const Message& request);
  Message bpf(const Message& request);
  Message netlink(const Message& request);
  Message interface(const Message& request);
  Message map_memory(const Message& request);  // session_mapping.cpp
  Message perf_open(const Message& request);
  Message perf_control(const Message& request);
  std::shared_ptr<host::PerfEventFile> perf_event(int fd);
  Message with_given(Message reply);
  Message knob(const Message& request);
  void know_file(const Message& request);
  host::Caller caller(const Message& request);
  // Everybody in relaxed mode.
  bool may_admin(const Message& request) const;
  // Nothing: the front end is gone; every later ask fails too.
  std::optional<Message> ask(Verb verb, const Words& word, std::vector<uint8_t> data = {});
  bool read(const Message& request, uint64_t address, std::span<uint8_t> to);
  bool write(uint64_t address, std::span<const uint8_t> from);
  std::optional<FileId> file_of(int fd, int* access_mode);
  std::optional<host::ObjectFile> identify(int fd);
  int give_fd(const host::ObjectFile& file);
  int pin(const std::string& path, const host::ObjectRef& object);
  int get_pinned(const std::string& path, host::ObjectRef* object);
  // Hybrid mode. Nothing: the card answers, after what may have been changed in the request.
  std::optional<Message> ask_host(Message& request);
  std::optional<Message> next_id(const Message& request, uint32_t start);
  bool is_of_card(const Message& request, uint64_t ifindex);
  std::string read_path(const Message& request, uint64_t address);
  uint32_t first_device(const Message& request);  // ifindex, 0: none

  Services& services_;
  const uint64_t client_;
  uint32_t mode_ = 0;
  bool greeted_ = false;
  bool broken_ = false;
  // Of the call in progress.
  const Ask* ask_ = nullptr;
  std::vector<uint8_t> known_;  // memory, as records
  int known_fd_ = -1;
  FileId known_file_;
  int known_access_ = 0;
  std::vector<uint8_t> writes_;  // memory, as records

  base::UniqueFd given_;  // its result, or what comes
  int replaced_ = -1;     // where this descriptor was
};

}  // namespace interpose
