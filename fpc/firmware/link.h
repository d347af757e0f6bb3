// Builds the control store of a card: resident datapath, the routines that a program calls, the relocated program.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/result.h"
#include "fpc/firmware/abi.h"
#include "fpc/firmware/capability.h"
#include "fpc/firmware/image.h"
#include "fpc/firmware/microcode.h"

namespace firmware {

struct Layout {
  unsigned start = kProgramStart;  // first word of the program
  unsigned done = kDoneAddress;    // the program's exit; a trampoline to the datapath lies there
  unsigned resident =
      0;  // first word of the resident firmware and routines (its entry when done != 1)
  std::map<unsigned, unsigned>
      helpers;  // helper id -> address of a trampoline; absent: the routine's own address
};

using TablePages = std::map<unsigned, uint32_t>;  // of global data: table id -> address >> 8

struct LinkedStore {
  std::vector<fpc::Word> words;  // with ECC, from address 0
  unsigned entry = 0;            // where contexts start
  unsigned program_start = 0, program_words = 0;
  unsigned resident_words = 0;  // dispatch and verdict code
  unsigned routine_words = 0;   // helper routines that the program references
  // What the core executes per packet around the program, waits for commands not counted; the card
  // subtracts it from its datapath_cycles.
  unsigned dispatch_cycles = 0;
};

// Relocates (nfp-fw-abi 3) and places. Error: kOutOfRange when words do not fit, naming each part's size; kUnsupported with
// the driver's text for a helper without a routine.
base::Result<LinkedStore> link(const Image& image, const Layout& layout = {});

// The same around firmware that is assembled already, for the image's helpers and this layout: who links thousands of images
// assembles once. Tables lie where a MapTable of a new card puts them that makes the image's maps in their order.
base::Result<LinkedStore> link_around(const Microcode& firmware, const Image& image,
                                      const Layout& layout = {});

// The program's words alone, relocated for `start`, `done`, helper addresses and tables, with ECC: what a driver DMAs to a card.
base::Result<std::vector<fpc::Word>> relocate(const Image& image, unsigned start, unsigned done,
                                              const std::map<unsigned, unsigned>& helpers,
                                              const TablePages& tables = {});

// A store for words that are already relocated (the `.rel` vectors): the words lie at layout.start as they are, done and helper
// trampolines at the layout's addresses, the firmware at layout.resident.
base::Result<LinkedStore> link_relocated(const std::vector<fpc::Word>& words, const Layout& layout);

// The firmware of a card that has no program yet: dispatch and the routines of all helpers that `capability` offers, from
// address 0, with the addresses that programs are relocated for.
struct ResidentFirmware {
  Microcode microcode;
  std::map<unsigned, unsigned> helpers;  // id -> address
};
base::Result<ResidentFirmware> resident_firmware(const Capability& capability);

// That firmware and, at `start`, the words of a program as a driver sends them. Error: they do not fit.
base::Result<LinkedStore> link_resident(const ResidentFirmware& firmware, unsigned start,
                                        std::vector<fpc::Word> words);

// A program that passes every packet to the host and counts nothing: what a card runs while no program is enabled.
std::vector<fpc::Word> pass_through(const Capability& capability);

}  // namespace firmware
