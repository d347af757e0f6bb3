// PROG_TEST_RUN on the card: the program takes the place of what runs, gets copies of one packet, and gives the place back.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/test_run.h"

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "fpc/firmware/abi.h"
#include "host-driver/drivers/nfp/adapter_p.h"

namespace host::nfp {

namespace {

constexpr uint64_t kLeastSpacingPs = 1'000'000;
constexpr uint64_t kBitPs = 100;                   // 10 Gb/s, which every card takes
constexpr uint64_t kPatiencePs = 100'000'000'000;  // without a packet that leaves
constexpr uint64_t kStepPs = 100'000'000;

// What the program returned, as far as the card's verdict tells.
uint32_t result_of(uint32_t verdict, bpf_prog_type type) {
  const bool drops = (verdict & firmware::kVerdictDrop) != 0;
  const bool passes = (verdict & firmware::kVerdictPass) != 0;
  if (type == BPF_PROG_TYPE_XDP) {
    if ((verdict & firmware::kStatAbort) != 0) return XDP_ABORTED;
    return drops ? XDP_DROP : passes ? XDP_PASS : XDP_TX;
  }
  if (drops) return (verdict & firmware::kStatDrop) != 0 ? TC_ACT_SHOT : TC_ACT_STOLEN;
  return passes ? static_cast<uint32_t>(TC_ACT_UNSPEC) : TC_ACT_REDIRECT;
}

class Runs {
 public:
  Runs(Asic& asic, bpf_prog_type type, TestRun* run)
      : asic_(asic),
        type_(type),
        run_(run),
        source_(nic::from_function([this](nic::Frame& frame) { return next(frame); })) {}

  int run_all() {
    const auto others =
        std::exchange(asic_.departure, [this](const nic::Departure& packet) { take(packet); });
    others_ = &others;
    asic_.card->keep_drops(true);
    start_ps_ = asic_.port->now_ps();
    int error = asic_.card->attach(source_, {}) ? 0 : -EIO;
    uint64_t deadline_ps = start_ps_ + kPatiencePs;
    while (error == 0 && left_ < run_->repeat) {
      const uint32_t before = left_;
      asic_.port->run_until(asic_.port->now_ps() + kStepPs);
      asic_.device->ccm().take_messages();
      if (left_ != before) deadline_ps = asic_.port->now_ps() + kPatiencePs;
      if (asic_.port->now_ps() > deadline_ps || !asic_.card->trouble()) error = -EIO;
    }
    asic_.departure = others;
    asic_.card->keep_drops(false);
    asic_.card->detach();
    if (error != 0) return error;
    run_->packet = std::move(last_);
    run_->duration_ns = static_cast<uint32_t>(total_ps_ / run_->repeat / 1000);
    return 0;
  }

 private:
  bool next(nic::Frame& frame) {
    if (sent_ == run_->repeat) return false;
    const uint64_t spacing_ps = std::max(kLeastSpacingPs, run_->packet.size() * 8 * kBitPs);
    frame.arrival_ps = sent_++ * spacing_ps;
    frame.wire_bytes = static_cast<uint32_t>(run_->packet.size());
    frame.port = 0;
    frame.bytes = run_->packet;
    return true;
  }
  void take(const nic::Departure& packet) {
    if (packet.arrival_ps < start_ps_) {  // the program before had it
      if (*others_) (*others_)(packet);
      return;
    }
    ++left_;
    total_ps_ += packet.departure_ps - packet.arrival_ps;
    run_->verdict = result_of(packet.verdict, type_);
    last_.assign(packet.bytes.begin(), packet.bytes.end());
  }
  Asic& asic_;
  bpf_prog_type type_;
  TestRun* run_;
  nic::PacketSource source_;
  const std::function<void(const nic::Departure&)>* others_ = nullptr;
  uint64_t start_ps_ = 0, sent_ = 0, total_ps_ = 0;
  uint32_t left_ = 0;
  std::vector<uint8_t> last_;
};

}  // namespace

int test_run(net_device* dev, bpf_prog* prog, TestRun* run) {
  Port& port = port_of(dev);
  const bpf_prog* active = port.active();
  const Asic::Use use(port.asic);
  Programs& programs = port.asic.device->programs();
  std::string words;
  const auto load = [&](const bpf_prog* wanted) {
    const int error = programs.load(state_of(wanted).image, dev->mtu, words);
    if (!words.empty()) port.asic.note(words);
    return error;
  };
  if (prog == active) return Runs(port.asic, prog->type, run).run_all();
  if (const int error = load(prog); error != 0) return error;
  const int error = Runs(port.asic, prog->type, run).run_all();
  const int restored = active == nullptr ? programs.stop() : load(active);
  return error != 0 ? error : restored;
}

}  // namespace host::nfp
