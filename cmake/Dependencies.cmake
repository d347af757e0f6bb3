# Third-party packages, all from Debian 12 (packages.txt). Their headers stay in few .cpp files.
# SPDX-License-Identifier: Apache-2.0
find_package(PkgConfig REQUIRED)
pkg_check_modules(systemc REQUIRED IMPORTED_TARGET systemc)
# Debian builds SystemC as C++17 and its headers refuse to link from C++20; this says which ABI to ask for
# (docs/decisions/0002-systemc-abi.md).
target_compile_definitions(PkgConfig::systemc INTERFACE SC_CPLUSPLUS=201703L)
pkg_check_modules(libbpf REQUIRED IMPORTED_TARGET libbpf)
pkg_check_modules(libpcap REQUIRED IMPORTED_TARGET libpcap)
find_package(asmjit REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
if(MILLRACE_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
if(MILLRACE_BENCH)
  find_package(benchmark REQUIRED)
endif()
# Optional: without it the build has no RTL engine and says so.
find_package(verilator QUIET HINTS $ENV{VERILATOR_ROOT})
