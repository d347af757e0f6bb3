// What each command's --help says below its options. Examples are run by the tests.
// SPDX-License-Identifier: Apache-2.0
#include "cli/manual.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cassert>
#include <string>
#include <string_view>

namespace cli {
namespace {

struct Page {
  std::string_view command, description, exit_codes, examples;
};

constexpr Page kPages[] = {
    {"run",
     R"(Compiles the program, links it with the firmware, puts both on every worker core of a simulated
card and sends packets through it. Without --pcap and --traffic, 100000 UDP packets of 64 bytes and
1000 flows come at line rate. `lost` counts packets that never reached the program, `drop` those
that it dropped; lost and verdicts add up to offered. Times are simulated; everything but `wall` in
the JSON depends only on inputs and seed. Sizes of --traffic include the FCS, captures do not.
--map-sync puts the program on a live card through the driver and measures what user space gets of
maps, in simulated time: look-ups, updates, deletes, dumps with one and with four entries a message,
batches; first on an idle card, then while the packets pass. docs/maps.md explains the rows. With
--dev a real card runs the program, attached to its hardware through the running kernel while the
command lasts (docs/hardware.md); what it reports are the interface's counters and the maps.)",
     R"(0  the run is over, whatever its verdicts and faults
1  --verify kernel: the kernel's verifier answers differently; --dev: the interface cannot offload
2  bad input or usage, or a file cannot be written)",
     R"(millrace run build/examples/drop.bpf.o --nic agilio-cx-2x40 --packets 20000
millrace run build/examples/firewall.bpf.o --pcap build/examples/office.pcap --maps build/examples/firewall.json
millrace run build/examples/sample.bpf.o --pcap build/examples/office.pcap --events -
millrace run --filter 'tcp port 80' --traffic size=imix,flows=100,rate=20Mpps --duration 1ms --json -
millrace run build/examples/firewall.bpf.o --nic agilio-cx-2x40 --map-sync entries=500,ops=200 --packets 50000)"},
    {"sweep",
     R"(Runs a program in every combination of the values given for cards, FPCs, traffic and seeds, several
at a time, each in a process of its own. The program and any other option of `millrace run` go to
every run as they are. A run that fails is a row with its message, and the others go on. Rows come
in the order of the values, whatever ends first. docs/sweep.md has more.)",
     R"(0  every run is done
2  bad input or usage, or some run failed)",
     R"(millrace sweep build/examples/drop.bpf.o --fpcs 1,12 --traffic rate=1Mpps --packets 2000)"},
    {"check",
     R"(Answers for every program of an object what a card's driver would, and goes on where the driver
stops: errors are what the kernel's verifier, its offload core or the card's driver refuses, in
their words; warnings are known defects of the driver's translation that the program reaches. Then
come the limits and what the program takes of them. docs/check.md has more.)",
     R"(0  every program can be offloaded
1  some program cannot
2  no eBPF program was found: a missing or damaged file, a wrong filter, an unknown target)",
     R"(millrace check build/examples/firewall.bpf.o
millrace check build/examples/udp_ports.bpf.o --target nfp/public
millrace check --filter 'tcp port 80' --sarif filter.sarif)"},
    {"compile",
     R"(Makes of a program the words that the kernel's JIT for these cards makes of it, before relocation.
-o writes an image that millrace run and millrace dis take. --annotate writes a listing in the
manner of objdump -S: each source line, the eBPF instructions under it, and beside them the words
that they became, with issue cycles and the memory that a command goes to. docs/annotate.md explains
its columns. At least one of -o and --annotate is needed.)",
     R"(0  compiled; warnings about known defects go to standard error
1  --verify kernel: the kernel's verifier answers differently
2  the program is refused, or bad input or usage)",
     R"(millrace compile build/examples/ttl.bpf.o -o ttl.json
millrace compile build/examples/ttl.bpf.o --annotate
millrace compile --filter 'udp port 53' --annotate dns.txt --json dns.json
millrace compile build/examples/router.bpf.o -o router.json --target nfp/shipped --json -)"},
    {"cosim",
     R"(Runs a program on a card with one core, which is the RTL core and the interpreter at once. After every
word the retirement port is compared with the interpreter, after every command and swap all
registers. The first difference ends the run: both states and the last 20 words are printed.
docs/rtl.md has more.)",
     R"(0  both agree
1  they differ
2  bad input or usage, or a build without verilator)",
     R"(millrace cosim build/examples/ttl.bpf.o --packets 100)"},
    {"serve",
     R"(Keeps a card with one network device until it is told to end (SIGTERM, SIGINT). It prints the socket that
millrace exec, map, prog and knob take, and a folder for pins. Programs that are attached run on the
card; with --tap they get the packets that the network stack sends through it, which needs root.
--nic netdevsim accepts programs and runs none. Only the user who started it may connect; a client
that dies takes nothing down. docs/tools.md has more.)",
     R"(0  told to end
2  bad input or usage, or the socket is in use)",
     R"(millrace serve --nic agilio-cx-2x40 --socket card.sock)"},
    {"exec",
     R"(Runs a command and everything that it starts with the card in place of the kernel's: bpf(2) and rtnetlink
calls are answered by the simulated card, all others go to the kernel. No privileges are needed.
docs/tools.md has more.)",
     R"(0  the command's own exit code is passed on, this and any other
2  bad input or usage, or the command cannot be run)",
     R"(millrace exec -- ip link show nic0
millrace exec -- bpftool prog show)"},
    {"knob",
     R"(Reads and sets the switches of a card that lives on: `present` (the device is there), `hw-tc-offload`,
faults that strike next (fault_*), counters, which can only be read, and `log`, the driver's messages;
of netdevsim the switches that the kernel's has. Without a name it lists all but the log.)",
     R"(0  done
2  bad input or usage, or no card answers)",
     R"(millrace knob --socket card.sock
millrace knob fault_late=1 --socket card.sock)"},
    {"map",
     R"(Reads and changes the maps of a card that lives on, or with --dev of a real one, by id or name. Keys and values are numbers of the map's
size, little endian, or bytes with commas between.)",
     R"(0  done
1  the map has no such key, or the driver refuses
2  bad input or usage, or no card answers)",
     R"(millrace map dump counters --socket card.sock)"},
    {"map dump", R"(Prints every entry of a map; --json writes them as bpftool's dump does.)",
     R"(0  done
2  bad input or usage, or no card answers)",
     R"(millrace map dump counters --socket card.sock --json -)"},
    {"map lookup", R"(Prints the value of a key.)",
     R"(0  done
1  no such key
2  bad input or usage, or no card answers)",
     R"(millrace map lookup counters 1 --socket card.sock)"},
    {"map update", R"(Sets the value of a key, which --mode may demand to be there or not.)",
     R"(0  done
1  the driver refuses
2  bad input or usage, or no card answers)",
     R"(millrace map update counters 1 300 --mode exist --socket card.sock)"},
    {"map delete", R"(Removes a key from a map.)",
     R"(0  done
1  no such key
2  bad input or usage, or no card answers)",
     R"(millrace map delete counters 1 --socket card.sock)"},
    {"map getnext", R"(Prints the key after the given one, or the first.)",
     R"(0  done
1  no such key
2  bad input or usage, or no card answers)",
     R"(millrace map getnext counters --socket card.sock)"},
    {"prog",
     R"(Tells of the programs of a card that lives on, or with --dev of a real one: id, name, type, tag, device, words.)",
     R"(0  done
2  bad input or usage, or no card answers)",
     R"(millrace prog list --socket card.sock)"},
    {"prog list", R"(Prints a line for each program of the card.)",
     R"(0  done
2  bad input or usage, or no card answers)",
     R"(millrace prog list --socket card.sock --json -)"},
    {"prog show", R"(Prints what is known of one program, by id or name.)",
     R"(0  done
2  bad input or usage, no such program, or no card answers)",
     R"(millrace prog show firewall --socket card.sock)"},
    {"prog dump",
     R"(Prints the words that the card's driver made of a program, before relocation: one 16-digit hex word a
line, as millrace dis reads them, or their bytes into a file, as millrace cosim --dump does.)",
     R"(0  done
2  bad input or usage, no such program, it is not on a card, or no card answers)",
     R"(millrace prog dump firewall --socket card.sock)"},
    {"hw",
     R"(Asks the running kernel, without changing anything, whether the driver of a network interface offloads
eBPF, and says in one sentence what is missing. With a program it also says what the kernel's JIT
would make of it. docs/hardware.md has more.)",
     R"(0  the interface can offload
1  it cannot
2  bad input or usage, or no such interface)",
     R"(millrace hw eth0)"},
    {"dis",
     R"(Prints one instruction a line in the syntax of objdump's NFP disassembler; behind the ';' stand
its address in words, the word itself, and in an image the source line and eBPF instruction that
begin there. Branches before relocation go to .15000 plus the helper's number. Word files have one
16-digit hex word a line, such as a card's `bpftool prog dump jited`.)",
     R"(0  done
2  bad input or usage)",
     R"(millrace compile build/examples/ttl.bpf.o -o ttl.json
millrace dis ttl.json)"},
    {"asm",
     R"(Takes everything that millrace dis prints. Labels: `name:`, used as br[name]. Directives: .equ NAME
VALUE, .reg NAME REGISTER, .org ADDRESS (in words). Comments: ; or //.)",
     R"(0  done
2  bad input or usage; the message names file, line, what was found and what is allowed)",
     R"(printf 'loop: br[loop]\n' > loop.uc
millrace asm loop.uc)"},
    {"filtertest",
     R"(Prints one number a packet: 0 where the filter rejects, else how many bytes it accepts, as
libpcap's filtertest does; without -r, the filter's code. The filter runs as eBPF on the reference
interpreter, converted as for millrace run --filter. The link type is Ethernet. At most 65536 bytes
are read with -F.)",
     R"(0  done, whatever the filter answers
2  bad input or usage)",
     R"(millrace filtertest -r build/examples/office.pcap tcp port 80
millrace filtertest -d 'udp and dst net 10.0.0.0/8')"},
    {"nic",
     R"(A card is a TOML file of parameters: clocks in MHz, latencies in cycles or ns, rates in Gb/s. Those
that are built in can be copied, edited and named wherever a command takes --nic.)",
     R"(0  done
2  bad input or usage)",
     R"(millrace nic list
millrace nic show nfp-120)"},
    {"nic list", R"(Prints one name a line, for --nic and millrace nic show.)",
     R"(0  done
2  bad usage)",
     R"(millrace nic list)"},
    {"nic show",
     R"(Prints one parameter a line: key, value, unit, and where the value comes from: measured, derived or
guessed, with the source. A TOML file may say `base` and only what differs.)",
     R"(0  done
2  unknown name, unreadable file, unknown key or value out of range)",
     R"(millrace nic show agilio-cx-2x40
millrace nic show nfp-120 --json -)"},
};

// "nic show": without the program's own name.
std::string full_name(const CLI::App& command) {
  const CLI::App* const above = command.get_parent();
  const bool is_nested = above != nullptr && above->get_parent() != nullptr;
  return (is_nested ? above->get_name() + " " : "") + command.get_name();
}

std::string indented(std::string_view text) {
  std::string out = "  ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "  ";
  }
  return out + '\n';
}

}  // namespace

void add_manual(CLI::App& command) {
  const std::string name = full_name(command);
  const auto* const page = std::ranges::find(kPages, name, &Page::command);
  assert(page != std::end(kPages) && "every command has a page");
  command.footer(fmt::format("DESCRIPTION\n{}\nEXIT CODES\n{}\nEXAMPLES\n{}",
                             indented(page->description), indented(page->exit_codes),
                             indented(page->examples)));
}

}  // namespace cli
