/**
 * Reads a price as people write it, such as "19.99" or "5".
 * @param {string} text
 * @returns {number} Whole cents.
 */
export function parsePrice(text) {
  const amount = Number(text.trim());
  if (!Number.isFinite(amount) || amount < 0) {
    throw new RangeError(`Not a price: ${text}`);
  }
  return Math.floor(amount * 100);
}

/**
 * @param {number} cents
 * @returns {string} For example "€ 19.99".
 */
export function formatPrice(cents) {
  const sign = cents < 0 ? '-' : '';
  const whole = Math.floor(Math.abs(cents) / 100);
  const rest = String(Math.abs(cents) % 100).padStart(2, '0');
  return `${sign}€ ${whole}.${rest}`;
}

/**
 * @param {number} cents
 * @param {number} percent
 * @returns {number} That part of the amount, rounded to whole cents.
 */
export function percentOf(cents, percent) {
  return Math.round((cents * percent) / 100);
}
