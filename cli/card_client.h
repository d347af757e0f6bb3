// bpf(2) of a card that lives on, or of the kernel for the objects on a real card, for our own process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "cli/card_options.h"

namespace cli {

class CardClient {
 public:
  // Error: no card answers; no interface has the name.
  static base::Result<CardClient> open(const CardAddress& address);

  // As the system call: a result, or -errno. Descriptors that it returns are closed with `fd`, if given.
  int64_t bpf(int command, bpf_attr& attr, base::UniqueFd* fd = nullptr);

  struct Map {
    base::UniqueFd fd;
    bpf_map_info info{};
  };
  struct Prog {
    base::UniqueFd fd;
    bpf_prog_info info{};
    std::vector<uint32_t> maps;
  };
  // By id, or by name where only one map has it. Error: no such map, or several.
  base::Result<Map> map(const std::string& name);
  base::Result<Prog> prog(const std::string& name);
  base::Result<std::vector<Map>> maps();
  base::Result<std::vector<Prog>> progs();
  // What the device's driver made of it, before relocation; empty: nothing.
  base::Result<std::vector<uint64_t>> words(const Prog& prog);

 private:
  using Call = std::function<int64_t(int command, bpf_attr& attr, base::UniqueFd* fd)>;
  // Which of the kernel's objects are shown; a card that lives on has no others.
  struct Device {
    unsigned ifindex = 0;
    uint64_t netns_inode = 0;
  };

  CardClient(Call call, Device device) : call_(std::move(call)), device_(device) {}
  template <typename Object>
  base::Result<std::vector<Object>> all(int next_command, int open_command);
  bool fill(Map& map);
  bool fill(Prog& prog);

  template <typename Info>
  bool is_shown(const Info& info) const {
    return device_.ifindex == 0 ||
           (info.ifindex == device_.ifindex && info.netns_ino == device_.netns_inode);
  }

  Call call_;
  Device device_;
};

}  // namespace cli
