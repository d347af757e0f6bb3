// Turning requests into calls of the simulated kernel, whose callbacks ask the front end back.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/session.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "host-driver/interpose/attr_rules.h"
#include "host-driver/interpose/traps.h"

namespace interpose {
namespace {

std::vector<uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace

void Session::run(Channel& channel) {
  const Ask ask_over_channel = [&](const Message& question) -> std::optional<Message> {
    if (!channel.send(question, kAskTimeoutMs)) return std::nullopt;
    return channel.receive(kAskTimeoutMs);
  };
  while (!broken_) {
    const std::optional<Message> request = channel.receive();
    if (!request) return;
    Message reply = answer(*request, ask_over_channel);
    if (!reply.fds.empty()) {
      // A client with one request at a time has room for the answer; nobody else waits for one without.
      const auto on_its_way = services_.placeholders.hand_over();
      if (!channel.send(reply, 0)) return;
      reply.fds.clear();
    } else if (!channel.send(reply, kAskTimeoutMs)) {
      return;
    }
  }
}

Message Session::answer(const Message& request, const Ask& ask) {
  ask_ = &ask;
  // What was closed meanwhile goes before the caller may look for it.
  if (!is_about_elements(request) && services_.placeholders.collect()) services_.objects.settle();
  return answer_verb(request);
}

Message Session::answer_verb(const Message& request) {
  known_.clear();
  known_fd_ = -1;
  given_.reset();
  replaced_ = -1;
  if (!greeted_ && request.verb != Verb::kHello) return done(-EPROTO);
  switch (request.verb) {
    case Verb::kHello:
      return hello(request);
    case Verb::kBpf:
      return bpf(request);
    case Verb::kNetlink:
      return netlink(request);
    case Verb::kInterface:
      return interface(request);
    case Verb::kMap:
      return map_memory(request);
    case Verb::kPerfOpen:
      return perf_open(request);
    case Verb::kPerfControl:
      return perf_control(request);
    case Verb::kKnob:
      return knob(request);
    default:
      return done(-ENOSYS);
  }
}

Message Session::hello(const Message& request) {
  if (request.word[1] != kProtocol) return done(-EPROTONOSUPPORT);
  greeted_ = true;
  mode_ = static_cast<uint32_t>(request.word[0]);
  Message message = done(0);
  message.word[1] = getpid();
  message.word[2] = gettid();
  message.data = bytes_of(services_.pins);
  return message;
}

void Session::know_file(const Message& request) {
  known_fd_ = static_cast<int>(request.word[6]);
  known_file_ = {static_cast<uint64_t>(request.word[7]), static_cast<uint64_t>(request.word[8])};
  known_access_ = static_cast<int>(request.word[9]);
}

Message Session::bpf(const Message& original) {
  Message request;
  request.word = original.word;
  const auto attr_end =
      original.data.begin() + std::clamp<int64_t>(request.word[5], 0, std::ssize(original.data));
  request.data.assign(original.data.begin(), attr_end);
  known_.assign(attr_end, original.data.end());
  know_file(request);
  const auto command = static_cast<int>(request.word[0]);
  if ((mode_ & kModePromote) != 0) promote(command, request.data, first_device(request));
  writes_.clear();
  if ((mode_ & kModeHybrid) != 0) {
    if (std::optional<Message> of_host = ask_host(request)) return std::move(*of_host);
  }
  const uint64_t bytes = bytes_of_new_map(command, request.data);
  const Placeholders& held = services_.placeholders;
  if (bytes != 0 && held.map_bytes(client_) + bytes > held.limits().map_bytes) return done(-ENOMEM);
  host::Bpf& kernel = (mode_ & kModeStrict) != 0 ? services_.strict : services_.relaxed;
  Message reply = done(kernel.call(caller(request), command, static_cast<uint64_t>(request.word[1]),
                                   static_cast<uint32_t>(request.data.size())));
  reply.data = std::move(writes_);
  return with_given(std::move(reply));
}

Message Session::netlink(const Message& request) {
  host::RouteCaller who;
  who.net = net_of(request);
  who.port = static_cast<uint32_t>(request.word[0]);
  who.may_change_host = (mode_ & kModeHybrid) != 0;
  who.may_admin = may_admin(request);
  who.promote = (mode_ & kModePromote) != 0;
  who.identify = [&](int fd) { return identify(fd); };
  who.namespace_of = [&](int fd) -> std::optional<host::NetNamespace> {
    const std::optional<FileId> file = file_of(fd, nullptr);
    if (!file) return std::nullopt;
    return host::NetNamespace{file->dev, file->ino};
  };
  who.talk = [&](std::span<const uint8_t> message) {
    std::optional<Message> reply =
        ask(Verb::kTalk, {}, std::vector<uint8_t>(message.begin(), message.end()));
    return reply ? std::move(reply->data) : std::vector<uint8_t>();
  };
  std::optional<std::vector<uint8_t>> answer = services_.route.request(who, request.data);
  services_.objects.settle();
  if (!answer) return pass();
  Message reply = done(0);
  reply.data = std::move(*answer);
  return reply;
}

Message Session::interface(const Message& request) {
  std::vector<uint8_t> data = request.data;
  const std::optional<int> result = services_.route.interface_ioctl(
      net_of(request), static_cast<uint64_t>(request.word[0]), data);
  if (!result) {
    const bool changes_host = is_interface_change(static_cast<uint64_t>(request.word[0]));
    return changes_host && (mode_ & kModeHybrid) == 0 ? done(-EPERM) : pass();
  }
  Message reply = done(*result);
  reply.data = std::move(data);
  return reply;
}

Message Session::knob(const Message& request) {
  const base::Result<std::string> text =
      services_.knob(std::string(request.data.begin(), request.data.end()));
  Message reply = done(text ? 0 : -EINVAL);
  reply.data = bytes_of(text ? *text : text.error().text());
  return reply;
}

}  // namespace interpose
