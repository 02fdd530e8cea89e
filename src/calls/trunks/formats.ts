/** How a provider wants numbers written. */
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js';

export type NumberFormat = 'e164' | 'digits' | 'national';

/**
 * A number as it is written to the provider. `national`: as it is dialled within the country, foreign ones with the
 * country's international prefix. What does not begin with `+` (112, short numbers) stays as it is.
 */
export function formatFor(number: string, format: NumberFormat, country: string): string {
  if (!number.startsWith('+') || format === 'e164') return number;
  if (format === 'digits') return number.slice(1);
  const own = country as CountryCode;
  const parsed = parsePhoneNumberFromString(number, { extract: false });
  const international = parsed?.format('IDD', { fromCountry: own });
  // Within its own country a number has no international form to be dialled; libphonenumber then gives the national one.
  return (international ?? `00${number.slice(1)}`).replaceAll(/[^0-9]/g, '');
}
