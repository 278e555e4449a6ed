import assert from 'node:assert/strict';
import test from 'node:test';
import { dailyReport, spendingByCustomer } from '../src/report.js';

test('orders of one customer are added up, highest first', () => {
  const orders = [
    { customerId: 'ada', totalCents: 500 },
    { customerId: 'grace', totalCents: 900 },
    { customerId: 'ada', totalCents: 600 },
  ];
  assert.deepEqual(spendingByCustomer(orders), [
    { customerId: 'ada', spentCents: 1100 },
    { customerId: 'grace', spentCents: 900 },
  ]);
  assert.match(dailyReport(orders), /Together: € 20\.00$/);
});
