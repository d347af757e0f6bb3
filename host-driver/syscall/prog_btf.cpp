// BTF of a program under load: its functions and source lines.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "host-driver/syscall/prog_load.h"
#include "offload-compiler/ebpf/verifier/layout.h"

namespace host {

namespace {

constexpr uint32_t kMaxRecordBytes = 252;

// An array whose elements may be longer or shorter than those that we know. EINVAL: a size that no kernel takes; E2BIG: longer
// and in use behind what we know.
template <typename Record>
int read_records(const Call& call, uint64_t address, uint32_t count, uint32_t record_bytes,
                 uint32_t min_bytes, std::vector<Record>* out) {
  if (record_bytes < min_bytes || record_bytes > kMaxRecordBytes || record_bytes % 4 != 0)
    return -EINVAL;
  const auto bytes = call.read(address, size_t{count} * record_bytes);
  if (!bytes) return -EFAULT;
  out->resize(count);
  const size_t known = std::min<size_t>(record_bytes, sizeof(Record));
  for (uint32_t i = 0; i < count; ++i) {
    const uint8_t* record = bytes->data() + size_t{i} * record_bytes;
    if (std::any_of(record + known, record + record_bytes, [](uint8_t b) { return b != 0; }))
      return -E2BIG;
    std::memcpy(&(*out)[i], record, known);
  }
  return 0;
}

int refuse(const Call& call, UserLog* log, const std::string& text) {
  log->add(text + "\n");
  call.explain(text);
  return -EINVAL;
}

// A program without a layout is left to the verifier, which says why.
int add_functions(const Call& call, bpf_prog* prog, UserLog* log) {
  const std::vector<bpf_func_info>& records = prog->aux->func_info;
  const base::Result<ebpf::Layout> layout = ebpf::lay_out(prog->program);
  if (!layout) return 0;
  const std::vector<uint32_t>& starts = layout->starts;
  if (records.size() != starts.size()) {
    return refuse(call, log, "number of funcs in func_info doesn't match number of subprogs");
  }
  for (size_t i = 0; i < records.size(); ++i) {
    if (records[i].insn_off != starts[i]) {
      return refuse(call, log, "func_info BTF section doesn't match subprog layout in BPF program");
    }
    auto function = prog->aux->btf->types->function(records[i].type_id);
    if (!function) {
      return refuse(call, log, fmt::format("invalid type id {} in func info", records[i].type_id));
    }
    function->insn = records[i].insn_off;
    prog->program.functions.push_back(std::move(*function));
  }
  return 0;
}

int add_lines(const Call& call, bpf_prog* prog, UserLog* log) {
  const ebpf::BtfTypes& types = *prog->aux->btf->types;
  uint32_t least = 0;
  for (size_t i = 0; i < prog->aux->line_info.size(); ++i) {
    const bpf_line_info& info = prog->aux->line_info[i];
    const auto file = types.text(info.file_name_off), text = types.text(info.line_off);
    if (!file || !text)
      return refuse(call, log, fmt::format("Invalid line_info[{}].line_off or .file_name_off", i));
    if (info.insn_off < least || info.insn_off >= prog->program.insns.size())
      return refuse(call, log, fmt::format("Invalid line_info[{}].insn_off:{}", i, info.insn_off));
    least = info.insn_off + 1;
    ebpf::LineInfo line;
    line.insn = info.insn_off;
    line.file = *file;
    line.text = text->substr(std::min(text->find_first_not_of(" \t"), text->size()));
    line.line = BPF_LINE_INFO_LINE_NUM(info.line_col);
    line.column = BPF_LINE_INFO_LINE_COL(info.line_col);
    prog->program.lines.push_back(std::move(line));
  }
  return 0;
}

}  // namespace

int resolve_btf(const Call& call, bpf_prog* prog, UserLog* log) {
  const bpf_attr& attr = call.attr;
  if (attr.func_info_cnt == 0 && attr.line_info_cnt == 0) return 0;
  // Each instruction begins at most one function and one line.
  if (attr.func_info_cnt > attr.insn_cnt || attr.line_info_cnt > attr.insn_cnt) return -EINVAL;
  bpf_prog_aux& aux = *prog->aux;
  if (const int error = call.get(attr.prog_btf_fd, &aux.btf); error != 0) return error;
  if (attr.func_info_cnt != 0) {
    const int error = read_records(call, attr.func_info, attr.func_info_cnt,
                                   attr.func_info_rec_size, 8, &aux.func_info);
    if (error != 0) return error;
    if (const int failed = add_functions(call, prog, log); failed != 0) return failed;
  }
  if (attr.line_info_cnt == 0) return 0;
  const int error = read_records(call, attr.line_info, attr.line_info_cnt, attr.line_info_rec_size,
                                 sizeof(bpf_line_info), &aux.line_info);
  return error != 0 ? error : add_lines(call, prog, log);
}

}  // namespace host
