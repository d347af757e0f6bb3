// Fields of a format as compile-time positions, and the members of Insn that fields hold.
// SPDX-License-Identifier: Apache-2.0
//
//   get<Format::kAlu, Field::kDst>(word)
//   read_members<Format::kAlu>(word, insn);    // every field of the format that has a member, and
//   the reserved ones
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "fpc/isa.h"

namespace fpc {

template <Format kFormat>
constexpr size_t count_fields() {
  size_t count = 0;
  for (const FieldSpec& field : kFields) count += field.format == kFormat;
  return count;
}

template <Format kFormat>
inline constexpr auto kFieldsOf = [] {
  std::array<FieldSpec, count_fields<kFormat>()> fields{};
  size_t at = 0;
  for (const FieldSpec& field : kFields) {
    if (field.format == kFormat) fields[at++] = field;
  }
  return fields;
}();

template <Format kFormat, Field kField>
constexpr bool has_field() {
  for (const FieldSpec& field : kFieldsOf<kFormat>) {
    if (field.field == kField) return true;
  }
  return false;
}

template <Format kFormat, Field kField>
constexpr FieldSpec field_at() {
  static_assert(has_field<kFormat, kField>() && kField != Field::kReserved);
  for (const FieldSpec& field : kFieldsOf<kFormat>) {
    if (field.field == kField) return field;
  }
  return {};
}

template <Format kFormat, Field kField>
constexpr unsigned get(Word word) {
  constexpr FieldSpec kAt = field_at<kFormat, kField>();
  return static_cast<unsigned>((word & kAt.mask()) >> kAt.lsb);
}

template <Format kFormat, Field kField>
constexpr Word put(Word value) {
  constexpr FieldSpec kAt = field_at<kFormat, kField>();
  return (value << kAt.lsb) & kAt.mask();
}

// The field's bits in place, or none if the format has no such field.
template <Format kFormat, Field kField>
constexpr Word field_mask() {
  Word mask = 0;
  for (const FieldSpec& field : kFieldsOf<kFormat>) {
    if (field.field == kField) mask |= field.mask();
  }
  return mask;
}

template <Field kField>
inline constexpr auto kMember = nullptr;
template <>
inline constexpr auto kMember<Field::kNoCc> = &Insn::no_cc;
template <>
inline constexpr auto kMember<Field::kWrBoth> = &Insn::wr_both;
template <>
inline constexpr auto kMember<Field::kPredicateCc> = &Insn::predicate_cc;
template <>
inline constexpr auto kMember<Field::kLoadCc> = &Insn::load_cc;
template <>
inline constexpr auto kMember<Field::kClear> = &Insn::clear;
template <>
inline constexpr auto kMember<Field::kByteMask> = &Insn::byte_mask;
template <>
inline constexpr auto kMember<Field::kImmWidth> = &Insn::imm_width;
template <>
inline constexpr auto kMember<Field::kImmShift> = &Insn::imm_shift;
template <>
inline constexpr auto kMember<Field::kInvert> = &Insn::imm_invert;
template <>
inline constexpr auto kMember<Field::kDefer> = &Insn::defer;
template <>
inline constexpr auto kMember<Field::kEvPip> = &Insn::ev_pip;
template <>
inline constexpr auto kMember<Field::kState> = &Insn::state;
template <>
inline constexpr auto kMember<Field::kByte> = &Insn::byte;
template <>
inline constexpr auto kMember<Field::kSense> = &Insn::sense;
template <>
inline constexpr auto kMember<Field::kEventMask> = &Insn::event_mask;
template <>
inline constexpr auto kMember<Field::kArbFlags> = &Insn::arb_flags;
template <>
inline constexpr auto kMember<Field::kSwapMode> = &Insn::swap_mode;
template <>
inline constexpr auto kMember<Field::kAddressMode> = &Insn::address_mode;
template <>
inline constexpr auto kMember<Field::kCount> = &Insn::count;
template <>
inline constexpr auto kMember<Field::kSignal> = &Insn::signal;
template <>
inline constexpr auto kMember<Field::kIndirectRef> = &Insn::indirect_ref;
template <>
inline constexpr auto kMember<Field::kToken> = &Insn::token;
template <>
inline constexpr auto kMember<Field::kAction> = &Insn::action;
template <>
inline constexpr auto kMember<Field::kShiftControl> = &Insn::shift_control;

template <Field kField>
inline constexpr bool kHasMember =
    !std::is_null_pointer_v<std::remove_const_t<decltype(kMember<kField>)>>;

template <Format kFormat, size_t kIndex>
constexpr void read_member(Word word, Insn& insn) {
  constexpr FieldSpec kAt = kFieldsOf<kFormat>[kIndex];
  if constexpr (kHasMember<kAt.field>) {
    auto& member = insn.*kMember<kAt.field>;
    member = static_cast<std::remove_reference_t<decltype(member)>>((word & kAt.mask()) >> kAt.lsb);
  }
}

// False: the member's value does not fit; `misfit` is the field then.
template <Format kFormat, size_t kIndex>
constexpr bool write_member(const Insn& insn, Word& word, FieldSpec& misfit) {
  constexpr FieldSpec kAt = kFieldsOf<kFormat>[kIndex];
  if constexpr (kHasMember<kAt.field>) {
    const auto value = static_cast<Word>(insn.*kMember<kAt.field>);
    if (value > kAt.mask() >> kAt.lsb) {
      misfit = kAt;
      return false;
    }
    word |= value << kAt.lsb;
  }
  return true;
}

template <Format kFormat>
constexpr void read_members(Word word, Insn& insn) {
  [&]<size_t... kIndex>(std::index_sequence<kIndex...>) {
    (read_member<kFormat, kIndex>(word, insn), ...);
  }
  (std::make_index_sequence<kFieldsOf<kFormat>.size()>());
  insn.reserved = word & field_mask<kFormat, Field::kReserved>();
}

template <Format kFormat>
constexpr bool write_members(const Insn& insn, Word& word, FieldSpec& misfit) {
  return [&]<size_t... kIndex>(std::index_sequence<kIndex...>) {
    return (write_member<kFormat, kIndex>(insn, word, misfit) && ...);
  }
  (std::make_index_sequence<kFieldsOf<kFormat>.size()>());
}

}  // namespace fpc
