import { expect, it } from "@effect/vitest"
import { Bell } from "../../../src/client/terminal/Bell.ts"
import { range } from "../../support/range.ts"

it("A bell rings once for a hundred mentions in a second, and again for one after that", () => {
  const bell = new Bell()
  expect(range(100, (n) => bell.rings(5000 + 10 * n)).filter((rings) => rings)).toEqual([true])
  expect(bell.rings(5999)).toBe(false)
  expect(bell.rings(6000)).toBe(true)
  expect(bell.rings(6500)).toBe(false)
})
