// Steps 59 to 77: what is told of bound programs and maps, and operations on maps.
// SPDX-License-Identifier: Apache-2.0
#include "tests/host-driver/offload_steps/steps.h"

namespace host_test {
namespace {

using Value = uint64_t;

class OffloadStepsMaps : public OffloadSteps {
 protected:
  // The objects of an offloaded program with its two maps.
  std::vector<std::pair<ObjectKind, uint32_t>> attach_and_list() {
    EXPECT_TRUE(lab.attach_maps(dev, kHw).ok());
    std::vector<std::pair<ObjectKind, uint32_t>> objects;
    for (const ObjectKind kind : {ObjectKind::kProg, ObjectKind::kMap}) {
      for (const uint32_t id : lab.ids(kind)) objects.emplace_back(kind, id);
    }
    EXPECT_EQ(objects.size(), 3u);
    return objects;
  }
  void expect_device(host::LocalProcess& asking, const host::net* where, const std::string& name) {
    for (const auto& [kind, id] : attached_) {
      const DeviceOfObject found = lab.device_of(kind, id, asking);
      EXPECT_EQ(found.error, 0);
      EXPECT_EQ(found.ifindex, static_cast<uint32_t>(dev->ifindex));
      EXPECT_EQ(found.ns_dev, where->name.dev);
      EXPECT_EQ(found.ns_ino, where->name.ino);
      EXPECT_EQ(found.ifname, name);
    }
  }
  void attach_and_remember() { attached_ = attach_and_list(); }

  int element(int command, int map, const uint32_t* key, void* value, uint64_t flags = 0) {
    bpf_attr attr = empty_attr();
    attr.map_fd = static_cast<uint32_t>(map);
    attr.key = address_of(key);
    attr.value = reinterpret_cast<uint64_t>(value);
    attr.flags = flags;
    return static_cast<int>(lab.process.bpf(command, &attr));
  }
  int update(int map, uint32_t key, uint64_t flags = 0) {
    Value value = 3 * Value{key};
    return element(BPF_MAP_UPDATE_ELEM, map, &key, &value, flags);
  }
  int remove(int map, uint32_t key) { return element(BPF_MAP_DELETE_ELEM, map, &key, nullptr); }
  int next(int map, const uint32_t* key, uint32_t* next_key) {
    return element(BPF_MAP_GET_NEXT_KEY, map, key, next_key);
  }

  // The check for the hash and for the array, with keys 0 and 1 in both.
  void for_both_maps(const std::function<void(int map)>& check) {
    for (const bpf_map_type type : {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY}) {
      SCOPED_TRACE(type);
      const int map = lab.make_map(type, dev->ifindex);
      EXPECT_EQ(update(map, 0), 0);
      EXPECT_EQ(update(map, 1), 0);
      check(map);
      lab.close(map);
    }
  }

  std::vector<std::pair<ObjectKind, uint32_t>> attached_;
};

TEST_F(OffloadStepsMaps, S59_ProgramWithMapsIsAttached) {
  EXPECT_TRUE(lab.attach_maps(dev, kHw).ok());
}

TEST_F(OffloadStepsMaps, S60_DeviceIsToldInItsNamespace) {
  attach_and_remember();
  expect_device(lab.process, lab.home(), dev->name);
}

TEST_F(OffloadStepsMaps, S61_DeviceElsewhereHasNoName) {
  attach_and_remember();
  lab.move(dev, lab.elsewhere());
  expect_device(lab.process, lab.elsewhere(), "");
}

TEST_F(OffloadStepsMaps, S62_NameIsToldWhereTheDeviceIs) {
  attach_and_remember();
  lab.move(dev, lab.elsewhere());
  expect_device(lab.in_elsewhere, lab.elsewhere(), dev->name);
}

TEST_F(OffloadStepsMaps, S63_DeviceComesBack) {
  attach_and_remember();
  lab.move(dev, lab.elsewhere());
  lab.move(dev, lab.home());
  expect_device(lab.process, lab.home(), dev->name);
}

TEST_F(OffloadStepsMaps, S64_OrphansAreHiddenAndHaveNoDevice) {
  const int map = lab.make_map(BPF_MAP_TYPE_ARRAY, dev->ifindex);
  const int prog = lab.load_maps(BPF_PROG_TYPE_XDP, dev->ifindex, {map, map});
  EXPECT_TRUE(lab.attach(dev, kHw, prog).ok());
  lab.remove_asic(asic);
  EXPECT_EQ(lab.programs(), 0u);
  EXPECT_EQ(lab.maps(), 0u);
  EXPECT_EQ(lab.device_of_fd(ObjectKind::kProg, prog, lab.process).error, -ENODEV);
  EXPECT_EQ(lab.device_of_fd(ObjectKind::kMap, map, lab.process).error, -ENODEV);
}

TEST_F(OffloadStepsMaps, S65_NothingIsLeftOfOrphans) {
  const int prog = lab.load_maps(BPF_PROG_TYPE_XDP, dev->ifindex);
  lab.remove_asic(asic);
  lab.close(prog);
  EXPECT_EQ(lab.programs(), 0u);
  EXPECT_EQ(lab.maps(), 0u);
}

TEST_F(OffloadStepsMaps, S66_Update) {
  for_both_maps([&](int map) {
    EXPECT_EQ(update(map, 0), 0);
    EXPECT_EQ(update(map, 1), 0);
  });
}

TEST_F(OffloadStepsMaps, S67_UpdateOfAFullMap) {
  for_both_maps([&](int map) { EXPECT_EQ(update(map, 3), -E2BIG); });
}

TEST_F(OffloadStepsMaps, S68_UpdateOfWhatExists) {
  for_both_maps([&](int map) {
    EXPECT_EQ(update(map, 0, BPF_EXIST), 0);
    EXPECT_EQ(update(map, 1, BPF_EXIST), 0);
  });
}

TEST_F(OffloadStepsMaps, S69_UpdateOfWhatShouldExist) {
  for_both_maps([&](int map) { EXPECT_EQ(update(map, 3, BPF_EXIST), -ENOENT); });
}

TEST_F(OffloadStepsMaps, S70_UpdateOfWhatShouldNotExist) {
  for_both_maps([&](int map) {
    EXPECT_EQ(update(map, 0, BPF_NOEXIST), -EEXIST);
    EXPECT_EQ(update(map, 1, BPF_NOEXIST), -EEXIST);
  });
}

TEST_F(OffloadStepsMaps, S71_DumpInOrder) {
  for_both_maps([&](int map) {
    std::vector<std::pair<uint32_t, Value>> entries;
    uint32_t key = 0;
    for (const uint32_t* from = nullptr; next(map, from, &key) == 0; from = &key) {
      Value value = 0;
      EXPECT_EQ(element(BPF_MAP_LOOKUP_ELEM, map, &key, &value), 0);
      entries.emplace_back(key, value);
    }
    EXPECT_EQ(entries, (std::vector<std::pair<uint32_t, Value>>{{0, 0}, {1, 3}}));
  });
}

TEST_F(OffloadStepsMaps, S72_NextKeys) {
  for_both_maps([&](int map) {
    const uint32_t zero = 0, one = 1;
    uint32_t found = 7;
    EXPECT_EQ(next(map, nullptr, &found), 0);
    EXPECT_EQ(found, 0u);
    EXPECT_EQ(next(map, &zero, &found), 0);
    EXPECT_EQ(found, 1u);
    EXPECT_EQ(next(map, &one, &found), -ENOENT);
  });
}

TEST_F(OffloadStepsMaps, S73_DeleteFromTheHash) {
  const int map = lab.make_map(BPF_MAP_TYPE_HASH, dev->ifindex);
  for (const uint32_t key : {0u, 1u}) {
    EXPECT_EQ(update(map, key), 0);
    EXPECT_EQ(remove(map, key), 0);
  }
}

TEST_F(OffloadStepsMaps, S74_DeleteAgain) {
  const int map = lab.make_map(BPF_MAP_TYPE_HASH, dev->ifindex);
  for (const uint32_t key : {0u, 1u}) {
    EXPECT_EQ(update(map, key), 0);
    EXPECT_EQ(remove(map, key), 0);
    EXPECT_EQ(remove(map, key), -ENOENT);
  }
}

TEST_F(OffloadStepsMaps, S75_MapsGoWithTheProgram) {
  EXPECT_TRUE(lab.attach_maps(dev, kHw).ok());
  EXPECT_EQ(lab.maps(), 2u);
  EXPECT_TRUE(lab.detach(dev, kHw).ok());
  EXPECT_EQ(lab.maps(), 0u);
}

TEST_F(OffloadStepsMaps, S76_MapsGoWithTheDevice) {
  EXPECT_TRUE(lab.attach_maps(dev, kHw).ok());
  lab.remove_asic(asic);
  EXPECT_EQ(lab.maps(), 0u);
}

TEST_F(OffloadStepsMaps, S77_DeviceThatTakesNoMaps) {
  lab.set_knob(asic, "ports/0/bpf_map_accept", "N");
  EXPECT_EQ(lab.attach_maps(dev, kHw).error, -EOPNOTSUPP);
}

}  // namespace
}  // namespace host_test
