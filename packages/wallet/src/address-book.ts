/** Names for addresses, kept in SQLite. */

import { SalpError, type SqlDatabase } from '@salp/core'
import { type Address, parseAddress } from './hex.js'

/** A name and what it stands for. */
export interface Contact {
  /** 1 to 64 characters without control characters; unique without regard to the case of a–z. */
  readonly name: string
  readonly address: Address
}

/** Names for addresses. A name is shown beside its address, never in its place: anyone may ask to be called anything. */
export interface AddressBook {
  /** Adds a contact. @throws {@link ContactError} (`wallet/contact`) if the name is taken by another address, or not fit to be shown. */
  add(contact: Contact): void
  find(name: string): Address | undefined
  /** Names of an address, in order. */
  namesOf(address: Address): string[]
  /** @returns Whether it was there. */
  remove(name: string): boolean
  list(): Contact[]
}

/** Creates an address book in a database that `walletMigrations` brought up to date. */
export function createAddressBook(db: SqlDatabase): AddressBook {
  const select = db.prepare<{ address: string }>('SELECT address FROM wallet_contacts WHERE name = ?')
  const insert = db.prepare('INSERT INTO wallet_contacts (name, address) VALUES (?, ?)')
  const names = db.prepare<{ name: string }>('SELECT name FROM wallet_contacts WHERE address = ? ORDER BY name')
  const remove = db.prepare('DELETE FROM wallet_contacts WHERE name = ?')
  const all = db.prepare<{ name: string; address: string }>('SELECT name, address FROM wallet_contacts ORDER BY name')
  const find = (name: string): Address | undefined => {
    const row = select.get(name)
    return row === undefined ? undefined : parseAddress(row.address)
  }
  return {
    find,
    add({ name, address }) {
      if (name !== name.trim() || !/^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u.test(name)) {
        throw new ContactError(name, 'a name is 1 to 64 visible characters')
      }
      db.transaction(() => {
        const known = find(name)
        if (known === undefined) insert.run(name, address)
        else if (known !== address) throw new ContactError(name, `it stands for ${known}; remove that first`)
      })
    },
    namesOf: (address) => names.all(address).map(({ name }) => name),
    remove: (name) => remove.run(name).changes > 0,
    list: () => all.all().map(({ name, address }) => ({ name, address: parseAddress(address) })),
  }
}

/** A contact that cannot be added. */
export class ContactError extends SalpError {
  constructor(name: string, why: string) {
    super('wallet/contact', `Cannot add the contact ${JSON.stringify(name.slice(0, 64))}: ${why}`)
  }
}
