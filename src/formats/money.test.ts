import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { UsageError } from "../core/usage-error.ts";
import { affordable, exactMoney, formatMoney, parseMoney } from "./money.ts";

test("26,641 times half a cent is 133.205, shown as 133.21", () => {
  const cost = 26_641n * parseMoney("0.005");
  expect(exactMoney(cost)).toBe("133.205");
  expect(formatMoney(cost)).toBe("133.21");
});

test("what binary fractions cannot add is added exactly", () => {
  expect(parseMoney("0.1") + parseMoney("0.2")).toBe(parseMoney("0.3"));
  let sum = 0n;
  for (let one = 0; one < 1_000_000; one += 1) sum += parseMoney("0.001");
  expect(exactMoney(sum)).toBe("1000.00");
});

test.each([
  ["20", "20.00"],
  ["20.", "20.00"],
  [".5", "0.50"],
  ["007.10", "7.10"],
  [" 3 ", "3.00"],
  ["0.000000000001", "0.000000000001"],
  ["999999999999999.999999999999", "999999999999999.999999999999"],
])("%s is read as %s", (text, exact) => {
  expect(exactMoney(parseMoney(text))).toBe(exact);
});

test.each([
  "",
  ".",
  "0",
  "0.00",
  "-1",
  "+1",
  "1e3",
  "0,005",
  "1,000",
  "$5",
  "5 €",
  "0.0000000000001",
])("%j is no amount", (text) => {
  expect(() => parseMoney(text)).toThrow(UsageError);
});

describe("rounding to cents", () => {
  test.each([
    ["0.004999999999", "0.00"],
    ["0.005", "0.01"],
    ["0.015", "0.02"],
    ["1.004", "1.00"],
    ["999.995", "1,000.00"],
    ["1234567.891", "1,234,567.89"],
  ])("%s is shown as %s", (text, shown) => {
    expect(formatMoney(parseMoney(text))).toBe(shown);
  });
});

test("an amount pays for as many as its price goes into it, never one more", () => {
  expect(affordable(parseMoney("20"), parseMoney("0.005"))).toBe(4_000);
  expect(affordable(parseMoney("0.0149"), parseMoney("0.005"))).toBe(2);
  expect(affordable(-5n, parseMoney("0.005"))).toBe(0);
  fc.assert(
    fc.property(fc.bigInt(1n, 10n ** 15n), fc.bigInt(1n, 10n ** 9n), (amount, price) => {
      const count = BigInt(affordable(amount, price));
      expect(count * price <= amount && (count + 1n) * price > amount).toBe(true);
    }),
  );
});

test("an exact amount is read as itself again", () => {
  fc.assert(
    fc.property(fc.bigInt(1n, 10n ** 26n), (amount) => {
      expect(parseMoney(exactMoney(amount))).toBe(amount);
    }),
  );
});
