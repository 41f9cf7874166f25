/** Address of the settings of this device. */
export const settingsHash = '#/settings'
