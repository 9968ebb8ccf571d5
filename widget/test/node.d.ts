// The little of Node that the tests use, so that no further package is needed for its types.

declare module 'node:test' {
  export default function test(name: string, body: () => void | Promise<void>): void;
  export function beforeEach(body: () => void): void;
}

declare module 'node:assert/strict' {
  interface Assert {
    ok(value: unknown, message?: string): asserts value;
    equal(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
  }
  const assert: Assert;
  export default assert;
}
