/**
 * The roles of the ordinance, and which of them one person may not have together.
 *
 * Terms are those of the office in Polish, and English ones in the code: the data-protection officer is the ordinance's
 * "Administrator Bezpieczeństwa Informacji (ABI)", since 2018 "Inspektor Ochrony Danych".
 */
export const roles = ['administrator', 'secretary', 'staff', 'dpo', 'unit_head', 'front_office', 'auditor'] as const;
export type Role = (typeof roles)[number];

export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);

/** How the office calls the role. */
export const roleNames: Readonly<Record<Role, { readonly pl: string; readonly en: string }>> = {
  administrator: { pl: 'administrator systemu informatycznego', en: 'administrator' },
  secretary: { pl: 'Sekretarz', en: 'Secretary' },
  staff: { pl: 'wyznaczony pracownik', en: 'designated employee' },
  dpo: { pl: 'Inspektor Ochrony Danych', en: 'data-protection officer' },
  unit_head: { pl: 'kierownik komórki organizacyjnej', en: 'head of a unit' },
  front_office: { pl: 'Biuro Podawcze', en: 'front office' },
  auditor: { pl: 'audytor', en: 'auditor' },
};

/** Roles that can be allowed to hear recordings (§ 3); each needs the Mayor's authorisation besides (§ 6.2). */
export const hearingRoles: readonly Role[] = ['administrator', 'secretary', 'staff'];

/** Roles whose holders must have a second factor: those that hear, decide, or read everything that was done. */
export const secondFactorRoles: readonly Role[] = ['administrator', 'secretary', 'staff', 'dpo', 'auditor'];

/** The data-protection officer is independent of those that it gives opinions on (art. 38 GDPR). */
const notWithDpo: readonly Role[] = ['administrator', 'secretary', 'unit_head'];

/** The role that may not stand beside `dpo`, if the roles have one; undefined where they may stand together. */
export function conflictOf(held: readonly Role[]): Role | undefined {
  return held.includes('dpo') ? notWithDpo.find((role) => held.includes(role)) : undefined;
}
