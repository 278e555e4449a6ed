import { Cart } from './cart.js';
import { cataloguePage } from './catalogue.js';
import { formatPrice } from './money.js';
import { dailyReport } from './report.js';

const page = cataloguePage(2);
console.log(`Catalogue, page ${page.number} of ${page.pageCount}`);
for (const product of page.items) {
  console.log(`  ${product.name}: ${formatPrice(product.priceCents)}`);
}

const cart = new Cart();
cart.add('coffee');
cart.add('bread', 2);
cart.addDiscount({ reason: 'Regular customer', percent: 10 });
console.log(`\nAda pays ${formatPrice(cart.totalCents)}`);

const next = new Cart();
next.add('tea', 3);
console.log(`Grace pays ${formatPrice(next.totalCents)}`);

const orders = [
  { customerId: 'ada', totalCents: cart.totalCents },
  { customerId: 'grace', totalCents: next.totalCents },
];
console.log(`\n${dailyReport(orders)}`);
