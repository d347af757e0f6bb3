// Messages survive the socket, long ones in a file; what breaks the protocol is the end.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace interpose {
namespace {

struct Pair {
  Channel here, there;
  int raw = -1;  // of `there`

  Pair() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    here = Channel(base::UniqueFd(ends[0]));
    there = Channel(base::UniqueFd(ends[1]));
    raw = ends[1];
  }
};

TEST(Channel, CarriesDataOfAnyLength) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{32768}, size_t{32769}, size_t{5} << 20}) {
    Pair pair;
    Message message{Verb::kBpf, {1, -2, 3, -4, 5, 6, 7, 8, 9, 10}, std::vector<uint8_t>(size), {}};
    for (size_t i = 0; i < size; ++i) message.data[i] = static_cast<uint8_t>(i * 7);
    ASSERT_TRUE(pair.there.send(message));
    const std::optional<Message> got = pair.here.receive(1000);
    ASSERT_TRUE(got) << size;
    EXPECT_EQ(got->verb, Verb::kBpf);
    EXPECT_EQ(got->word, message.word);
    EXPECT_EQ(got->data, message.data);
    EXPECT_TRUE(got->fds.empty());
  }
}

TEST(Channel, CarriesDescriptorsBesideLongData) {
  Pair pair;
  Message message{Verb::kDone, {}, std::vector<uint8_t>(100'000), {}};
  message.fds.emplace_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(pair.there.send(message));
  const std::optional<Message> got = pair.here.receive(1000);
  ASSERT_TRUE(got);
  ASSERT_EQ(got->fds.size(), 1U);
  struct stat status = {};
  ASSERT_EQ(fstat(got->fds[0].get(), &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
  EXPECT_NE(fcntl(got->fds[0].get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(Channel, EndsAtWhatIsNoMessage) {
  const std::vector<uint8_t> cases[] = {
      {},
      {1, 2, 3},
      std::vector<uint8_t>(96, 0xff),  // longer than it is, and in no file
      std::vector<uint8_t>(97, 0),     // one byte that the header does not tell of
  };
  for (const std::vector<uint8_t>& packet : cases) {
    Pair pair;
    ASSERT_EQ(send(pair.raw, packet.data(), packet.size(), 0), static_cast<ssize_t>(packet.size()));
    EXPECT_FALSE(pair.here.receive(1000)) << packet.size();
  }
}

TEST(Channel, DoesNotWaitLongerThanItIsTold) {
  Pair pair;
  EXPECT_FALSE(pair.here.receive(10));
  pair.there = Channel();
  EXPECT_FALSE(pair.here.receive(-1)) << "the other side is gone";
  EXPECT_FALSE(pair.here.send({}, -1));
}

TEST(Channel, RefusesToSendTooMuch) {
  Pair pair;
  EXPECT_FALSE(pair.there.send({Verb::kWrite, {}, std::vector<uint8_t>(kMaxData + 1), {}}));
}

TEST(Channel, NamesThePathThatNobodyListensOn) {
  const base::Result<Channel> none = connect_to("/nonexistent/socket");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().text(),
            "/nonexistent/socket: no card listens here (No such file or directory); `millrace "
            "serve` starts one");
  const base::Result<Channel> long_path = connect_to(std::string(200, 'x'));
  ASSERT_FALSE(long_path);
  EXPECT_EQ(long_path.error().message, "socket path of 200 bytes: at most 107 are allowed");
}

}  // namespace
}  // namespace interpose
