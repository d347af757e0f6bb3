// Text from outside: what a terminal takes stays, the rest becomes '?'.
// SPDX-License-Identifier: Apache-2.0
#include "base/printable.h"

#include <gtest/gtest.h>

namespace base {

TEST(Printable, KeepsTextOfAnyAlphabet) {
  EXPECT_EQ(printable("insn 3: r0 = 1"), "insn 3: r0 = 1");
  EXPECT_EQ(printable("gr\u00fc\u00dfe \u4f60\u597d \U0001f600"),
            "gr\u00fc\u00dfe \u4f60\u597d \U0001f600");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, ReplacesControlCharacters) {
  EXPECT_EQ(printable("a\tb\nc\x1b[31m\x7f"), "a b?c?[31m?");
  EXPECT_EQ(printable("\xc2\x9b"), "??");  // CSI as one character
}

TEST(Printable, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(printable("lo\xff\xd8up"), "lo??up");
  EXPECT_EQ(printable("\xc3"), "?");                 // breaks off
  EXPECT_EQ(printable("\xc0\xaf"), "??");            // longer than needed
  EXPECT_EQ(printable("\xed\xa0\x80"), "???");       // half a surrogate pair
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "????");  // above the last character
}

}  // namespace base
