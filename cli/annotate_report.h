// A compiled program beside its source, as text for people and JSON for tools.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "nic-model/config.h"
#include "offload-compiler/annotation.h"

namespace cli {

struct AnnotateRun {
  std::string source;  // a path or filter
  nic::Config nic;     // whose memory latencies are shown
  const offload::Compilation& compiled;
  offload::Annotation listing;
};

// In the manner of objdump -S, at most 140 columns where no instruction is longer than that.
std::string annotate_text(const AnnotateRun& run);
std::string annotate_json(const AnnotateRun& run);

}  // namespace cli
