// Files stand for objects exactly as long as somebody holds them.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/interpose/placeholders.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <thread>

#include "base/shared_memory.h"
#include "host-driver/objects.h"

namespace interpose {
namespace {

class PlaceholdersTest : public testing::Test {
 protected:
  PlaceholdersTest() {
    char folder[] = "/tmp/millrace-placeholders-XXXXXX";
    folder_ = mkdtemp(folder);
    base::Result<std::unique_ptr<Placeholders>> made =
        Placeholders::create(folder_, {.objects = 3, .map_bytes = 1000});
    EXPECT_TRUE(made) << made.error().text();
    placeholders_ = std::move(*made);
  }
  ~PlaceholdersTest() override {
    placeholders_.reset();
    EXPECT_TRUE(std::filesystem::is_empty(folder_));
    std::filesystem::remove_all(folder_);
  }

  host::ObjectFile map() {
    const host::MapRef made = objects_.new_map();
    made->key_size = 4;
    made->value_size = 8;
    made->max_entries = 10;
    objects_.publish(made);
    return {made, true, true};
  }
  base::UniqueFd open(const host::ObjectFile& file) {
    base::UniqueFd fd;
    EXPECT_EQ(placeholders_->open(file, 1, &fd), 0);
    return fd;
  }
  size_t files() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  host::Objects objects_;
  std::string folder_;
  std::unique_ptr<Placeholders> placeholders_;
};

TEST_F(PlaceholdersTest, EndWithTheLastOfManyDescriptors) {
  base::UniqueFd first = open(map());
  struct stat status = {};
  fstat(first.get(), &status);
  const FileId file{status.st_dev, status.st_ino};
  base::UniqueFd second = open({placeholders_->find(file), true, true});
  base::UniqueFd copy(dup(first.get()));
  first.reset();
  second.reset();  // equal events are merged: only the lease tells
  placeholders_->collect();
  EXPECT_EQ(host::kind_of(placeholders_->find(file)), host::ObjectKind::kMap);
  copy.reset();
  EXPECT_TRUE(placeholders_->collect());
  EXPECT_EQ(placeholders_->find(file).index(), 0U);
  objects_.settle();
  EXPECT_EQ(objects_.count(host::ObjectKind::kMap), 0U);
  EXPECT_EQ(files(), 0U);
}

TEST_F(PlaceholdersTest, EndThoughSomebodyLooksWhileTheyAreClosed) {
  std::atomic<int> given = -1;
  std::atomic<unsigned> closed = 0;
  std::jthread closer([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const int fd = given.exchange(-1);
      if (fd < 0) {
        std::this_thread::yield();
        continue;
      }
      ::close(fd);
      ++closed;
    }
  });
  for (unsigned i = 1; i <= 2000; ++i) {
    given = open(map()).release();
    while (closed < i) placeholders_->collect();
    placeholders_->collect();
    ASSERT_EQ(files(), 0U) << "after " << i;
    objects_.settle();
  }
}

TEST_F(PlaceholdersTest, CountReadersAndWriters) {
  host::ObjectFile file = map();
  file.can_write = false;
  base::UniqueFd reader = open(file);
  EXPECT_EQ(fcntl(reader.get(), F_GETFL) & O_ACCMODE, O_RDONLY);
  placeholders_->collect();
  EXPECT_EQ(files(), 1U);
  reader.reset();
  placeholders_->collect();
  EXPECT_EQ(files(), 0U);
}

TEST_F(PlaceholdersTest, StayWhileTheyArePinned) {
  const host::ObjectFile file = map();
  base::UniqueFd fd = open(file);
  const std::string pin =
      folder_ + "/../" + std::filesystem::path(folder_).filename().string() + ".pin";
  ASSERT_EQ(symlink(placeholders_->path(file.object).c_str(), pin.c_str()), 0);
  {
    const base::UniqueFd link(::open(pin.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    ASSERT_EQ(placeholders_->add_pin(file.object, link), 0);
  }
  fd.reset();
  placeholders_->collect();
  EXPECT_EQ(files(), 1U);
  ASSERT_EQ(rename(pin.c_str(), (pin + "2").c_str()), 0);
  placeholders_->collect();
  EXPECT_EQ(files(), 1U);
  ASSERT_EQ(unlink((pin + "2").c_str()), 0);
  placeholders_->collect();
  EXPECT_EQ(files(), 0U);
}

TEST_F(PlaceholdersTest, StayWhileTheirMemoryIsMapped) {
  const host::ObjectFile file = map();
  std::get<host::MapRef>(file.object)->memory = base::SharedMemory::create("bpf-map", 65536);
  const base::SharedMemory& memory = *std::get<host::MapRef>(file.object)->memory;
  base::UniqueFd fd = open(file);
  struct stat status = {};
  ASSERT_EQ(fstat(fd.get(), &status), 0);
  const FileId id{status.st_dev, status.st_ino};
  EXPECT_NE(ftruncate(fd.get(), 0), 0) << "or the server would meet SIGBUS";
  void* mapped = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  ASSERT_NE(mapped, MAP_FAILED);
  fd.reset();
  placeholders_->collect();
  EXPECT_EQ(host::kind_of(placeholders_->find(id)), host::ObjectKind::kMap);
  *static_cast<uint8_t*>(mapped) = 9;
  EXPECT_EQ(memory.bytes()[0], 9);
  munmap(mapped, 4096);
  EXPECT_TRUE(placeholders_->collect());
  EXPECT_EQ(placeholders_->find(id).index(), 0U);
}

TEST_F(PlaceholdersTest, KeepAClientToItsLimit) {
  std::vector<base::UniqueFd> held;
  for (int i = 0; i < 3; ++i) held.push_back(open(map()));
  EXPECT_EQ(placeholders_->map_bytes(1), 360U);
  EXPECT_EQ(placeholders_->map_bytes(2), 0U);
  base::UniqueFd more;
  EXPECT_EQ(placeholders_->open(map(), 1, &more), -ENFILE);
  EXPECT_EQ(placeholders_->open(map(), 2, &more), 0) << "another client has its own";
}

}  // namespace
}  // namespace interpose
