/** Calls back, by queue, when something was sent. */
export const createListeners = <Name>() => {
  const byName = new Map<Name, Set<() => void>>();
  return {
    add: (name: Name, listener: () => void): (() => void) => {
      const set = byName.get(name) ?? new Set();
      byName.set(name, set.add(listener));
      return () => set.delete(listener);
    },
    announce: (name: Name): void => {
      for (const listener of byName.get(name) ?? []) listener();
    },
  };
};
