import { findProduct } from './catalogue.js';
import { percentOf } from './money.js';

/**
 * @typedef {object} Discount
 * @property {string} reason
 * @property {number} percent
 *
 * @typedef {object} CartOptions
 * @property {Discount[]} discounts
 * @property {number} shippingCents
 *
 * @typedef {object} Line
 * @property {string} productId
 * @property {number} quantity
 */

/** @type {CartOptions} */
const defaultOptions = { discounts: [], shippingCents: 490 };

/** From this sum on, shipping costs nothing. */
const freeShippingFromCents = 3000;

export class Cart {
  /** @param {Partial<CartOptions>} [options] */
  constructor(options = {}) {
    /** @type {CartOptions} */
    this.options = { ...defaultOptions, ...options };
    /** @type {Line[]} */
    this.lines = [];
  }

  /**
   * @param {string} productId
   * @param {number} [quantity]
   */
  add(productId, quantity = 1) {
    const line = this.lines.find((one) => one.productId === productId);
    if (line) {
      line.quantity += quantity;
    } else {
      this.lines.push({ productId: findProduct(productId).id, quantity });
    }
  }

  /** @param {Discount} discount */
  addDiscount(discount) {
    this.options.discounts.push(discount);
  }

  /** The goods without discounts and shipping. */
  get subtotalCents() {
    return this.lines.reduce(
      (sum, line) => sum + findProduct(line.productId).priceCents * line.quantity,
      0,
    );
  }

  /** What the customer pays. */
  get totalCents() {
    const reduced = this.options.discounts.reduce(
      (sum, discount) => sum - percentOf(sum, discount.percent),
      this.subtotalCents,
    );
    const isShippingFree = reduced >= freeShippingFromCents || this.lines.length === 0;
    return isShippingFree ? reduced : reduced + this.options.shippingCents;
  }
}
