// Tries every row of map_answers.def on a card, and compares docs/maps.md with the table.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include "tests/host-driver/nfp/driver_harness.h"

namespace {

using harness::Bytes;
using harness::bytes_of;
using harness::Driver;

constexpr uint32_t kEntries = 4, kAbsent = 99;

enum class Entry { there, absent, full, last, outside };

// A map in which `key` names such an entry.
struct Place {
  Place(Driver& driver, uint32_t type, Entry entry) : maps(driver.maps()) {
    EXPECT_EQ(driver.alloc({type, 4, 8, kEntries, 0}, map), 0) << driver.last_log();
    const bool is_hash = type == firmware::kMapTypeHash;
    const uint32_t present = !is_hash ? 0 : entry == Entry::full ? kEntries : kEntries - 1;
    for (uint32_t number = 0; number < present; ++number) {
      EXPECT_EQ(maps.update(*map, bytes_of(number), Bytes(8), 0), 0);
    }
    if (entry == Entry::there) key = bytes_of(uint32_t{1});
    if (entry == Entry::outside) key = bytes_of(kEntries);
    if (entry == Entry::last) key = last();
  }
  ~Place() { maps.free(std::move(map)); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  Bytes last() {
    Bytes at, next(4);
    while (maps.next_key(*map, at, next) == 0) at = next;
    return at;
  }

  host::nfp::Maps& maps;
  std::unique_ptr<host::nfp::Map> map;
  Bytes key = bytes_of(kAbsent);
};

enum class Operation { look_up, delete_key, next_key };

struct Row {
  Operation operation;
  const char* operation_name;
  uint32_t type;
  const char* type_name;
  Entry entry;
  const char* entry_name;
  int answer;
  const char* answer_name;
};
struct UpdateRow {
  uint32_t type;
  const char* type_name;
  Entry entry;
  const char* entry_name;
  int answers[4];
  const char* answer_names[4];
};

constexpr uint32_t hash = firmware::kMapTypeHash, array = firmware::kMapTypeArray;
constexpr Row kRows[] = {
#define MAP_ANSWER(operation, type, entry, answer) \
  {Operation::operation, #operation, type, #type, Entry::entry, #entry, answer, #answer},
#include "tests/host-driver/nfp/map_answers.def"
#undef MAP_ANSWER
};
constexpr UpdateRow kUpdateRows[] = {
#define MAP_UPDATE_ANSWER(type, entry, a, b, c, d) \
  {type, #type, Entry::entry, #entry, {a, b, c, d}, {#a, #b, #c, #d}},
#include "tests/host-driver/nfp/map_answers.def"
#undef MAP_UPDATE_ANSWER
};

TEST(MapAnswers, AreThoseOfTheTable) {
  Driver driver;
  for (const Row& row : kRows) {
    Place place(driver, row.type, row.entry);
    Bytes value(8), next(4);
    const int answer =
        row.operation == Operation::look_up      ? place.maps.lookup(*place.map, place.key, value)
        : row.operation == Operation::delete_key ? place.maps.remove(*place.map, place.key)
                                                 : place.maps.next_key(*place.map, place.key, next);
    EXPECT_EQ(answer, -row.answer)
        << row.operation_name << " " << row.type_name << " " << row.entry_name;
  }
  for (const UpdateRow& row : kUpdateRows) {
    for (uint64_t flags = 0; flags < 4; ++flags) {
      Place place(driver, row.type, row.entry);
      EXPECT_EQ(place.maps.update(*place.map, place.key, Bytes(8), flags), -row.answers[flags])
          << "update " << row.type_name << " " << row.entry_name << " with flags " << flags;
    }
  }
}

// The table as docs/maps.md shows it.
std::string table() {
  std::string lines =
      "| update | entry | flags 0 | 1, BPF_NOEXIST | 2, BPF_EXIST | 3 "
      "|\n|---|---|---|---|---|---|\n";
  for (const UpdateRow& row : kUpdateRows) {
    lines += fmt::format("| {} | {} |", row.type_name, row.entry_name);
    for (const char* answer : row.answer_names) lines += fmt::format(" {} |", answer);
    lines += "\n";
  }
  lines += "\n| operation | map | entry | answer |\n|---|---|---|---|\n";
  for (const Row& row : kRows) {
    lines += fmt::format("| {} | {} | {} | {} |\n", row.operation_name, row.type_name,
                         row.entry_name, row.answer_name);
  }
  return lines;
}

TEST(MapAnswers, StandInTheDocumentation) {
  std::ifstream file(MILLRACE_SOURCE_DIR "/docs/maps.md");
  std::stringstream page;
  page << file.rdbuf();
  EXPECT_NE(page.str().find("\n" + table() + "\n"), std::string::npos)
      << "docs/maps.md must have these lines:\n"
      << table();
}

}  // namespace
