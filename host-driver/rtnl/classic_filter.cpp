// Classic filters as programs.
// SPDX-License-Identifier: Apache-2.0
#include "host-driver/rtnl/classic_filter.h"

#include "host-driver/objects.h"
#include "offload-compiler/ebpf/classic/check.h"
#include "offload-compiler/ebpf/classic/convert.h"

namespace host {

base::Result<ProgRef> classic_filter(Objects& objects, const classic::Program& filter) {
  if (auto checked = classic::check(filter); !checked) return checked.error();
  classic::ConvertOptions options;
  options.source = "bytecode";
  options.dialect = classic::Dialect::kLinux;
  options.answer = classic::Answer::kValue;
  base::Result<ebpf::Program> program = classic::convert(filter, options);
  if (!program) return program.error();
  ProgRef made = objects.new_prog();
  made->type = BPF_PROG_TYPE_SOCKET_FILTER;
  made->program = std::move(*program);
  return made;
}

}  // namespace host
