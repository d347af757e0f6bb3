// millrace prog: the programs of a card that lives on, or of a real one.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/card_client.h"
#include "cli/card_options.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/manual.h"
#include "cli/message.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

std::string type_name(uint32_t type) {
  if (type == BPF_PROG_TYPE_XDP) return "xdp";
  if (type == BPF_PROG_TYPE_SCHED_CLS) return "sched_cls";
  return fmt::format("type {}", type);
}

std::string tag_of(const bpf_prog_info& info) {
  return fmt::format("{:02x}", fmt::join(info.tag, ""));
}

Json to_json(const CardClient::Prog& prog) {
  return {{"id", prog.info.id},
          {"type", type_name(prog.info.type)},
          {"name", prog.info.name},
          {"tag", tag_of(prog.info)},
          {"ifindex", prog.info.ifindex},
          {"xlated_bytes", prog.info.xlated_prog_len},
          {"jited_bytes", prog.info.jited_prog_len},
          {"map_ids", prog.maps}};
}

int print(const std::vector<CardClient::Prog>& progs, const std::string& json) {
  if (!json.empty()) {
    Json list = Json::array();
    for (const CardClient::Prog& prog : progs) list.push_back(to_json(prog));
    const Json root = {{"schema", "millrace.progs/1"}, {"programs", list}};
    const base::Result<void> written = write_file(json, root.dump(2) + "\n");
    return written ? kDone : fail(written.error());
  }
  for (const CardClient::Prog& prog : progs)
    fmt::print("{}: {} {} tag {} ifindex {} xlated {} B jited {} B maps {}\n", prog.info.id,
               type_name(prog.info.type), prog.info.name, tag_of(prog.info), prog.info.ifindex,
               prog.info.xlated_prog_len, prog.info.jited_prog_len,
               prog.maps.empty() ? "none" : fmt::format("{}", fmt::join(prog.maps, ",")));
  return kDone;
}

int list(const CardAddress& address, const std::string& json) {
  base::Result<CardClient> client = CardClient::open(address);
  if (!client) return fail(client.error());
  base::Result<std::vector<CardClient::Prog>> progs = client->progs();
  return progs ? print(*progs, json) : fail(progs.error());
}

int show(const CardAddress& address, const std::string& name, const std::string& json) {
  base::Result<CardClient> client = CardClient::open(address);
  if (!client) return fail(client.error());
  base::Result<CardClient::Prog> prog = client->prog(name);
  if (!prog) return fail(prog.error());
  std::vector<CardClient::Prog> one;
  one.push_back(std::move(*prog));
  return print(one, json);
}

int dump(const CardAddress& address, const std::string& name, const std::string& file) {
  base::Result<CardClient> client = CardClient::open(address);
  if (!client) return fail(client.error());
  base::Result<CardClient::Prog> prog = client->prog(name);
  if (!prog) return fail(prog.error());
  const base::Result<std::vector<uint64_t>> words = client->words(*prog);
  if (!words) return fail(words.error());
  if (words->empty())
    return fail(base::invalid_input(fmt::format("{} has no words: it is not on a card", name)));
  if (!file.empty()) {
    std::string bytes(words->size() * sizeof(uint64_t), '\0');
    std::memcpy(bytes.data(), words->data(), bytes.size());
    const base::Result<void> written = write_file(file, bytes);
    return written ? kDone : fail(written.error());
  }
  for (const uint64_t word : *words) fmt::print("{:016x}\n", word);
  return kDone;
}

}  // namespace

void add_prog(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("prog", "the programs of a card that lives on, or of a real one");
  command->require_subcommand(1);
  add_manual(*command);
  auto json = std::make_shared<std::string>();
  auto name = std::make_shared<std::string>();
  const auto add = [&](const char* word, const char* help) {
    CLI::App* one = command->add_subcommand(word, help);
    add_manual(*one);
    one->add_option("--json", *json, "write JSON here; - is standard output");
    return one;
  };
  CLI::App* all = add("list", "every program");
  const auto card_of_all = add_card_options(*all);
  all->callback([=, &action] { action = [=] { return list(*card_of_all, *json); }; });
  CLI::App* one = add("show", "one program");
  const auto card_of_one = add_card_options(*one);
  one->add_option("PROGRAM", *name, "id, or name")->required();
  one->callback([=, &action] { action = [=] { return show(*card_of_one, *name, *json); }; });
  CLI::App* words =
      command->add_subcommand("dump", "the words of a program, as millrace dis reads them");
  add_manual(*words);
  const auto card_of_words = add_card_options(*words);
  words->add_option("PROGRAM", *name, "id, or name")->required();
  auto file = std::make_shared<std::string>();
  words->add_option("--file", *file,
                    "write the bytes here, as `bpftool prog dump jited` does, for millrace cosim");
  words->callback([=, &action] { action = [=] { return dump(*card_of_words, *name, *file); }; });
}

}  // namespace cli
