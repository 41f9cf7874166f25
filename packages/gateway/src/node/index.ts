/** What touches a runtime. */

export {}
