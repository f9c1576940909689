// Draws the OpenAPI document that this address gives to whoever does not ask for a page.
const place = document.getElementById('reference');
window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
});

// Its own colours for the dark follow a class.
const root = document.documentElement;
const follow = () => root.classList.toggle('dark-mode', root.dataset.theme === 'dark');
follow();
new MutationObserver(follow).observe(root, { attributeFilter: ['data-theme'] });
