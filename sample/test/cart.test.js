import assert from 'node:assert/strict';
import test from 'node:test';
import { Cart } from '../src/cart.js';

test('shipping is added to a small order', () => {
  const cart = new Cart();
  cart.add('bread', 2);
  assert.equal(cart.totalCents, 2 * 320 + 490);
});

test('a discount lowers the price', () => {
  const cart = new Cart({ shippingCents: 0 });
  cart.add('bread', 10);
  cart.addDiscount({ reason: 'Regular customer', percent: 10 });
  assert.equal(cart.totalCents, 2880);
});

test('one customer does not get the discount of another', () => {
  const first = new Cart({ shippingCents: 0 });
  first.addDiscount({ reason: 'Birthday', percent: 50 });
  const second = new Cart({ shippingCents: 0 });
  second.add('bread');
  assert.equal(second.totalCents, 320);
});
