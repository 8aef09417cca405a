/** Counts what held and what did not, one line each. */
export type Checks = {
  /** Runs it, tells how it went and goes on in either case. @returns whether it held. */
  readonly check: (name: string, hold: () => Promise<unknown>) => Promise<boolean>;
  readonly summary: () => { readonly passed: number; readonly failed: number };
};

export const createChecks = (print: (line: string) => void): Checks => {
  let passed = 0;
  let failed = 0;
  return {
    check: async (name, hold) => {
      const start = performance.now();
      try {
        await hold();
        passed += 1;
        print(`ok      ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
        return true;
      } catch (error) {
        failed += 1;
        print(`FAILED  ${name}\n${error instanceof Error ? error.message : String(error)}`);
        return false;
      }
    },
    summary: () => ({ passed, failed }),
  };
};
