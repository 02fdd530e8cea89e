/**
 * What kind of number was dialled, as far as it decides who may call it: emergency, premium, abroad. By the numbering
 * plan of the office's country; for a country whose plan is not known here only 112 is an emergency, and nothing premium.
 */
import { getCountryCallingCode, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js';

export type NumberClass = 'emergency' | 'premium' | 'foreign' | 'national' | 'short' | 'unknown';

interface Plan {
  readonly emergency: readonly string[];
  /** Beginnings of premium numbers: of E.164 ones, and of short ones. */
  readonly premium: readonly string[];
}

const range = (from: number, to: number): string[] => [...Array(to - from + 1).keys()].map((n) => String(from + n));

/**
 * Poland: 112; 997 police, 998 fire brigade, 999 ambulance; 984 to 994 rescue services (984 water, 985 mountains) and
 * municipal ones (986 guard, 987 crisis, 991 power, 992 gas, 993 heat, 994 water). Premium: 20x, 30x, 40x, 70x, and 118
 * for enquiries.
 */
const PLANS: Readonly<Record<string, Plan>> = {
  PL: {
    emergency: ['112', '997', '998', '999', ...range(984, 994)],
    premium: ['+4820', '+4830', '+4840', '+4870', '118'],
  },
};

export class NumberClasses {
  readonly #country: string;
  readonly #emergency: ReadonlySet<string>;
  readonly #premium: readonly string[];

  /** @param more emergency numbers besides those of the country */
  constructor(country: string, more: readonly string[] = []) {
    this.#country = country;
    const { emergency, premium } = PLANS[country] ?? { emergency: ['112'], premium: [] };
    this.#emergency = new Set([...emergency, ...more]);
    this.#premium = premium;
  }

  get emergencyNumbers(): readonly string[] {
    return [...this.#emergency];
  }

  isEmergency(number: string): boolean {
    return this.#emergency.has(number);
  }

  /** @param number E.164 with `+`, or keys as they were dialled */
  of(number: string): NumberClass {
    if (this.isEmergency(number)) return 'emergency';
    if (this.#premium.some((one) => number.startsWith(one))) return 'premium';
    if (number.startsWith('+')) return this.#isForeign(number) ? 'foreign' : 'national';
    return /^\d{2,6}$/.test(number) ? 'short' : 'unknown';
  }

  /** By the calling code; where countries share one (+1), by the country too. */
  #isForeign(number: string): boolean {
    const parsed = parsePhoneNumberFromString(number, { extract: false });
    if (!parsed) return true;
    if (parsed.countryCallingCode !== getCountryCallingCode(this.#country as CountryCode)) return true;
    return parsed.country !== undefined && parsed.country !== this.#country;
  }
}
