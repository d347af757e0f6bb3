// Serving the server's asks from the caller's process.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/client.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "host-driver/bpf_attr.h"
#include "host-driver/interpose/pin_path.h"
#include "host-driver/interpose/session_thread.h"

namespace interpose {
namespace {

Message answer(int64_t result) {
  Message message;
  message.word[0] = result;
  return message;
}

Message answer_file(const FileId& file) {
  Message message;
  message.word[1] = static_cast<int64_t>(file.dev);
  message.word[2] = static_cast<int64_t>(file.ino);
  return message;
}

Message read_memory(const Message& ask, const Target& target) {
  const auto size = static_cast<uint64_t>(ask.word[1]);
  if (size > kMaxData) return answer(-E2BIG);
  Message message;
  message.data.resize(size);
  if (target.read(static_cast<uint64_t>(ask.word[0]), message.data)) return message;
  return answer(-EFAULT);
}

Message identify(const Message& ask, const Target& target) {
  int access_mode = 0;
  const std::optional<FileId> file = target.identify(static_cast<int>(ask.word[0]), &access_mode);
  if (!file || !target.is_waiting()) return answer(-EBADF);
  Message message = answer_file(*file);
  message.word[3] = access_mode;
  return message;
}

std::string text_of(const std::vector<uint8_t>& data, size_t from) {
  return {reinterpret_cast<const char*>(data.data()) + from,
          strnlen(reinterpret_cast<const char*>(data.data()) + from, data.size() - from)};
}

Message pin(const Message& ask, const Target& target) {
  const std::string path = text_of(ask.data, 0);
  if (path.size() + 1 > ask.data.size()) return answer(-EINVAL);
  const std::string to = text_of(ask.data, path.size() + 1);
  base::UniqueFd link;
  const int failed = make_pin(target.outside(static_cast<int>(ask.word[0]), path), to, &link);
  Message message = answer(failed);
  if (failed == 0) message.fds.push_back(std::move(link));
  return message;
}

Message get_pinned(const Message& ask, const Target& target) {
  struct stat status = {};
  const std::string path = target.outside(static_cast<int>(ask.word[0]), text_of(ask.data, 0));
  if (stat(path.c_str(), &status) != 0) return answer(-errno);
  return answer_file({status.st_dev, status.st_ino});
}

Message host_next_id(const Message& ask) {
  bpf_attr attr = host::empty_attr();
  attr.start_id = static_cast<uint32_t>(ask.word[1]);
  const long failed = syscall(SYS_bpf, ask.word[0], &attr, sizeof attr);
  return answer(failed < 0 ? -errno : static_cast<int64_t>(attr.next_id));
}

Message serve(const Message& ask, const Target& target, const Talk& talk) {
  switch (ask.verb) {
    case Verb::kRead:
      return read_memory(ask, target);
    case Verb::kWrite:
      return answer(target.write(static_cast<uint64_t>(ask.word[0]), ask.data) ? 0 : -EFAULT);
    case Verb::kIdentify:
      return identify(ask, target);
    case Verb::kPin:
      return pin(ask, target);
    case Verb::kGetPinned:
      return get_pinned(ask, target);
    case Verb::kHostNextId:
      return host_next_id(ask);
    case Verb::kTalk: {
      if (!talk) return answer(-EINVAL);
      Message message;
      message.data = talk(ask.data);
      return message;
    }
    default:
      return answer(-ENOSYS);
  }
}

// In another pid namespace the number could be that of anybody's thread.
SessionThread session_of(const Message& hello, const Channel& channel) {
  const bool same_numbers = hello.word[1] > 0 && hello.word[1] == channel.peer();
  return same_numbers ? SessionThread(static_cast<pid_t>(hello.word[2])) : SessionThread();
}

}  // namespace

base::Result<Client> Client::over(Channel channel, uint32_t mode) {
  const auto held = std::make_shared<Channel>(std::move(channel));
  const auto session = std::make_shared<SessionThread>();
  // Of the greeting alone: what follows may take as long as a verifier does.
  const auto limit_ms = std::make_shared<int>(kConnectSeconds * 1000);
  base::Result<Client> client = over(
      [held, session, limit_ms](const Message& request,
                                const Serve& serve_question) -> std::optional<Message> {
        is_about_elements(request) ? session->come_here() : session->go_anywhere();
        if (!held->send(request)) return std::nullopt;
        for (;;) {
          std::optional<Message> message = held->receive(*limit_ms);
          if (message && request.verb == Verb::kHello) *session = session_of(*message, *held);
          if (!message || message->verb == Verb::kDone || message->verb == Verb::kPass)
            return message;
          if (!held->send(serve_question(*message))) return std::nullopt;
        }
      },
      mode);
  *limit_ms = -1;
  return client;
}

base::Result<Client> Client::over(Exchange exchange, uint32_t mode) {
  Client client(std::move(exchange));
  Message hello;
  hello.verb = Verb::kHello;
  hello.word = {mode, kProtocol};
  const Target self(static_cast<int>(getpid()), [] { return true; });
  const std::optional<Message> reply = client.call(std::move(hello), self);
  if (!reply)
    return base::io_error("the server hung up on us, or said nothing for " +
                          std::to_string(kConnectSeconds) + " s");
  if (reply->word[0] < 0)
    return base::io_error("the server refuses us: " +
                          std::string(std::strerror(static_cast<int>(-reply->word[0]))));
  client.pins_.assign(reply->data.begin(), reply->data.end());
  return client;
}

base::Result<Client> Client::connect(const std::string& path, uint32_t mode) {
  base::Result<Channel> channel = connect_to(path);
  if (!channel) return channel.error();
  return over(std::move(*channel), mode);
}

std::optional<Message> Client::call(Message request, const Target& target, const Talk& talk) {
  if (!is_about_elements(request)) {
    const FileId net = target.net_namespace();
    request.word[2] = static_cast<int64_t>(net.dev);
    request.word[3] = static_cast<int64_t>(net.ino);
    request.word[4] = target.uid();
  }
  return exchange_(std::move(request),
                   [&](const Message& question) { return serve(question, target, talk); });
}

}  // namespace interpose
