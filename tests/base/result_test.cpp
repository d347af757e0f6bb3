// Result: a value or an error.
// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace base {

TEST(Result, HoldsAValueThatCanOnlyMove) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(**result, 7);
  std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 7);
}

TEST(Result, HoldsAnErrorWithItsPlace) {
  Result<int> result = invalid_input("found 3, expected 4", "file.o");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(result.error().text(), "file.o: found 3, expected 4");
}

TEST(Result, OfVoidIsFineByDefault) {
  Result<void> fine;
  Result<void> broken = io_error("no such file");
  EXPECT_TRUE(fine);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().text(), "no such file");
}

}  // namespace base
