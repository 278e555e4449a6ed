import { findCustomer } from './customers.js';
import { formatPrice } from './money.js';

/**
 * @typedef {object} Order
 * @property {string} customerId
 * @property {number} totalCents
 */

/**
 * What each customer spent, highest first.
 * @param {readonly Order[]} orders
 * @returns {{ customerId: string, spentCents: number }[]}
 */
export function spendingByCustomer(orders) {
  /** @type {Map<string, number>} */
  const spent = new Map();
  for (const order of orders) {
    spent.set(order.customerId, (spent.get(order.customerId) ?? 0) + order.totalCents);
  }
  return [...spent]
    .map(([customerId, spentCents]) => ({ customerId, spentCents }))
    .sort((one, other) => other.spentCents - one.spentCents);
}

/**
 * @param {readonly Order[]} orders
 * @returns {string} One line for each customer, and the sum.
 */
export function dailyReport(orders) {
  const lines = spendingByCustomer(orders).map(
    ({ customerId, spentCents }) =>
      `${findCustomer(customerId)?.name ?? customerId}: ${formatPrice(spentCents)}`,
  );
  const sumCents = orders.reduce((sum, order) => sum + order.totalCents, 0);
  return [...lines, `Together: ${formatPrice(sumCents)}`].join('\n');
}
