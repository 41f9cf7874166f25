/** The library that authors import, in AssemblyScript. */

import { cart } from './sdk/cart.js'
import { json } from './sdk/json.js'
import { screen } from './sdk/screen.js'
import { tree } from './sdk/tree.js'

/** Files of the library by name. A name without a slash would become global in the author's code. */
export const sdkFiles: Readonly<Record<string, string>> = {
  'cart/index': cart,
  'cart/json': json,
  'cart/screen': screen,
  'cart/tree': tree,
}
