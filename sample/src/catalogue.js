import { parsePrice } from './money.js';
import { paginate } from './pagination.js';

/**
 * @typedef {object} Product
 * @property {string} id
 * @property {string} name
 * @property {number} priceCents
 */

/** @type {readonly Product[]} */
export const products = [
  product('tea', 'Green tea, 100 g', '4.60'),
  product('bread', 'Rye bread', '3.20'),
  product('cheese', 'Goat cheese', '5.35'),
  product('jam', 'Quince jam', '4.10'),
  product('olives', 'Olives in brine', '2.95'),
  product('coffee', 'Coffee beans, 1 kg', '19.99'),
];

/**
 * One page of the catalogue, cheapest first.
 * @param {number} number Counted from 1.
 * @param {number} [pageSize]
 */
export function cataloguePage(number, pageSize = 3) {
  const byPrice = [...products].sort((one, other) => one.priceCents - other.priceCents);
  return paginate(byPrice, number, pageSize);
}

/**
 * @param {string} id
 * @returns {Product}
 */
export function findProduct(id) {
  const found = products.find((one) => one.id === id);
  if (!found) {
    throw new Error(`There is no product "${id}".`);
  }
  return found;
}

/**
 * @param {string} id
 * @param {string} name
 * @param {string} price
 * @returns {Product}
 */
function product(id, name, price) {
  return { id, name, priceCents: parsePrice(price) };
}
