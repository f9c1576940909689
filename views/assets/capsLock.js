// Says beside a password that caps lock is on: what is typed there cannot be seen.
for (const input of document.querySelectorAll('input[type="password"]')) {
  const place = document.getElementById(`${input.id}-caps`);
  const look = (event) => {
    // A suggestion that is picked is a key's event without a key.
    const isOn = event.getModifierState?.('CapsLock') === true;
    const words = isOn ? 'Caps lock is on.' : '';
    if (place.textContent !== words) place.textContent = words;
  };
  for (const type of ['keydown', 'keyup', 'mousedown']) input.addEventListener(type, look);
  input.addEventListener('blur', () => {
    place.textContent = '';
  });
}
