# The few functions that every folder's CMakeLists.txt uses.
# SPDX-License-Identifier: Apache-2.0

# Warnings hold for our own targets only; Debian's headers come in as system headers.
set(MILLRACE_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  list(APPEND MILLRACE_WARNINGS -Wno-sign-conversion)  # g++ leaves it out of -Wconversion
endif()

# millrace_library(NAME SOURCES ... DEPENDS ... PRIVATE_DEPENDS ...)
# A static library of one folder. Includes are written from the repository's root: "fpc/insn.h".
function(millrace_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  if(NOT ARG_SOURCES)
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${ARG_DEPENDS})
    return()
  endif()
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${MILLRACE_WARNINGS})
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS})
endfunction()

# millrace_hot_sources(FILE ...)
# Files that every event of a card passes through: -O3 saves 7 % of the host's instructions (bench/README.md).
function(millrace_hot_sources)
  if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "$<$<NOT:$<CONFIG:Debug>>:-O3>")
  endif()
endfunction()

# millrace_test(NAME LABEL quick|full|long [ENVIRONMENT VARIABLE=VALUE] SOURCES ... DEPENDS ...)
# One GoogleTest executable; every TEST becomes a ctest of its own (SystemC allows one simulation per process).
function(millrace_test name)
  cmake_parse_arguments(ARG "" "LABEL;ENVIRONMENT" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${MILLRACE_WARNINGS})
  target_compile_definitions(${name} PRIVATE
    MILLRACE_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data"
    MILLRACE_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
    MILLRACE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 600
    ENVIRONMENT "${ARG_ENVIRONMENT}")
endfunction()

# The same test in several tiers, <base>_<tier>_test, each with the definitions that say how much it does:
# millrace_tiered_test(base QUICK PROGRAMS=100 LONG PROGRAMS=100000 SOURCES ... DEPENDS ...)
function(millrace_tiered_test base)
  cmake_parse_arguments(ARG "" "ENVIRONMENT" "SOURCES;DEPENDS;QUICK;FULL;LONG" ${ARGN})
  foreach(tier quick full long)
    string(TOUPPER ${tier} key)
    if(DEFINED ARG_${key})
      millrace_test(${base}_${tier}_test LABEL ${tier} ENVIRONMENT "${ARG_ENVIRONMENT}"
        SOURCES ${ARG_SOURCES}
        DEPENDS ${ARG_DEPENDS})
      target_compile_definitions(${base}_${tier}_test PRIVATE ${ARG_${key}})
    endif()
  endforeach()
endfunction()
