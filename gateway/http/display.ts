// What patients are shown of those who opened their file, as each hospital decides. What is held
// back stays closed in the proof too, and reads there as withheld.

/** `name`: who it was. `role`: role and unit alone, neither the person nor the device. */
export const DISPLAYS = ['name', 'role'] as const;
export type Display = (typeof DISPLAYS)[number];

const WITHHELD: Readonly<Record<Display, readonly string[]>> = {
  name: [],
  role: ['actor', 'client'],
};

/** Private members of an entry that patients are not shown. */
export const withheldFromPatients = (display: Display): readonly string[] => WITHHELD[display];
