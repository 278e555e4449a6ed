/**
 * @typedef {object} Address
 * @property {string} street
 * @property {string} city
 *
 * @typedef {object} Customer
 * @property {string} id
 * @property {string} name
 * @property {Address} [address] Those who collect their goods have none.
 */

/** @type {readonly Customer[]} */
export const customers = [
  { id: 'ada', name: 'Ada', address: { street: '12 Mill Lane', city: 'Leeds' } },
  { id: 'grace', name: 'Grace' },
  { id: 'alan', name: 'Alan', address: { street: '3 Park Road', city: 'York' } },
];

/**
 * @param {string} id
 * @returns {Customer | undefined}
 */
export function findCustomer(id) {
  return customers.find((customer) => customer.id === id);
}

/**
 * The label on a parcel.
 * @param {Customer} customer
 * @returns {string}
 */
export function shippingLabel(customer) {
  return [customer.name, customer.address.street, customer.address.city].join('\n');
}
