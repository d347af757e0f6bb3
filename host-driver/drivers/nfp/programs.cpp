// The steps of loading, in the order of nfp-fw-abi 4.1.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/drivers/nfp/programs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "base/bits.h"
#include "fpc/firmware/link.h"

namespace host::nfp {
namespace {

namespace bar = nic::bar;

constexpr uint64_t kTimeoutPs = 5'000'000'000'000;
constexpr uint64_t kQuickPollPs = 4'000'000, kSlowPollPs = 250'000'000;
constexpr unsigned kQuickPolls = 50;

}  // namespace

int Programs::check(const firmware::Image& image, uint32_t mtu, std::string& extack) const {
  const firmware::Capability& offered = caps_.offered;
  if (std::min(image.max_packet_offset, mtu) > offered.inline_mtu) {
    extack =
        "BPF offload not supported with potential packet access beyond HW packet split boundary";
    return -EOPNOTSUPP;
  }
  if (image.stack_bytes > offered.stack_bytes) {
    extack = "stack too large";
    return -EOPNOTSUPP;
  }
  if (image.words.size() > offered.max_words) {
    extack = "program too long";
    return -EOPNOTSUPP;
  }
  if (is_running_ && !caps_.can_reload) {
    extack = "FW does not support live reload";
    return -EBUSY;
  }
  return 0;
}

int Programs::load(const firmware::Image& image, uint32_t mtu, std::string& extack) {
  extack.clear();
  if (const int error = check(image, mtu, extack); error != 0) return error;
  firmware::TablePages tables;
  for (const unsigned table : image.data_tables()) {
    if (const std::optional<uint32_t> page = port_.table_page(table)) tables[table] = *page;
  }
  const base::Result<std::vector<fpc::Word>> words =
      firmware::relocate(image, caps_.offered.start, caps_.offered.done, caps_.helpers, tables);
  if (!words) {
    log_("NFP net bpf: " + words.error().text());
    return -EINVAL;
  }
  if (const int error = transfer(*words); error != 0) {
    if (error != -ENOMEM) extack = "FW command error while loading BPF";
    return error;
  }
  max_packet_offset_ = image.max_packet_offset;
  if (is_running_) return 0;
  is_running_ = true;
  port_.write(bar::kControl, 4, port_.read(bar::kControl, 4) | bar::kControlBpf);
  if (update(bar::kUpdateGeneral) != 0) extack = "FW command error while enabling BPF";
  return 0;
}

int Programs::transfer(const std::vector<fpc::Word>& words) {
  std::vector<uint8_t> memory(words.size() * sizeof(fpc::Word));
  for (size_t i = 0; i < words.size(); ++i) {
    base::store_le(memory.data() + i * sizeof(fpc::Word), words[i]);
  }
  const std::optional<uint64_t> address = port_.map_memory(memory);
  if (!address) return -ENOMEM;
  port_.write(bar::kBpfSize, 2, words.size());
  port_.write(bar::kBpfAddress, 8, *address);
  const int error = update(bar::kUpdateBpf);
  port_.unmap_memory(*address);
  return error;
}

int Programs::stop() {
  if (!is_running_) return 0;
  is_running_ = false;
  port_.write(bar::kControl, 4, port_.read(bar::kControl, 4) & ~uint64_t{bar::kControlBpf});
  return update(bar::kUpdateGeneral);
}

int Programs::update(uint32_t bits) {
  port_.write(bar::kUpdate, 4, bits);
  const uint64_t deadline_ps = port_.now_ps() + kTimeoutPs;
  for (unsigned poll = 0; port_.now_ps() < deadline_ps; ++poll) {
    const uint64_t left = port_.read(bar::kUpdate, 4);
    if ((left & bar::kUpdateError) != 0) {
      log_(fmt::format("reconfig error, update 0x{:08x} failed", bits));
      return -EIO;
    }
    if (left == 0) return 0;
    port_.run_until(port_.now_ps() + (poll < kQuickPolls ? kQuickPollPs : kSlowPollPs));
  }
  log_(fmt::format("reconfig timeout for 0x{:08x}", bits));
  return -EIO;
}

}  // namespace host::nfp
