// Draws the OpenAPI document that this address gives to whoever does not ask for a page.
const place = document.getElementById('reference');
window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
});
