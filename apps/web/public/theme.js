// Applies the stored theme before the first paint. A file of its own, since the content security policy bans inline scripts.
try {
  const theme = localStorage.getItem('salp:theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is switched off: the system's theme applies.
}
