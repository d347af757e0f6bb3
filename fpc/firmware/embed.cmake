# Writes OUTPUT, a C++ file that holds each of SOURCES as a string constant.
# SPDX-License-Identifier: Apache-2.0
set(text "// Generated from fpc/firmware/microcode. Do not edit.\n#include \"fpc/firmware/microcode_text.h\"\n\n")
string(APPEND text "namespace firmware::microcode_text {\n\n")
foreach(source ${SOURCES})
  get_filename_component(name ${source} NAME_WE)
  file(READ ${source} content)
  string(APPEND text "const std::string_view ${name} = R\"microcode(${content})microcode\";\n\n")
endforeach()
string(APPEND text "}  // namespace firmware::microcode_text\n")
file(WRITE ${OUTPUT} "${text}")
