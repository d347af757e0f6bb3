// bpf(2) of a card that lives on, for our own process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "host-driver/interpose/traps.h"

namespace cli {

class CardClient {
 public:
  static base::Result<CardClient> connect(const std::string& socket);

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

 private:
  explicit CardClient(interpose::Client client);
  template <typename Object>
  base::Result<std::vector<Object>> all(int next_command, int open_command);
  bool fill(Map& map);
  bool fill(Prog& prog);

  std::unique_ptr<interpose::RouteQueues> queues_;
  interpose::Traps traps_;
};

}  // namespace cli
