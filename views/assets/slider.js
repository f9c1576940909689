// A slider beside a number field: each shows what the other says. Its steps are even in ratio, and its end means that
// there is no limit. Without scripts the slider is not shown, and the field does all by itself.
const stepsPerDecade = 50;

document.addEventListener('input', ({ target }) => {
  if (target.matches('[data-slides]')) {
    const field = document.getElementById(target.dataset.slides);
    field.value = target.value === target.max ? '' : String(rateOf(Number(target.value)));
    describe(target, field);
  } else {
    const slider = document.querySelector(`[data-slides="${CSS.escape(target.id)}"]`);
    if (target.id === '' || slider === null) return;
    const rate = Number(target.value);
    slider.value = target.value === '' || !(rate > 0) ? slider.max : String(placeOf(rate));
    describe(slider, target);
  }
});

function describe(slider, field) {
  slider.setAttribute('aria-valuetext', field.value === '' ? 'no limit' : `${field.value} per second`);
}

/** Whole numbers that a person would say: two digits are enough. */
function rateOf(place) {
  return Math.round(Number((10 ** (place / stepsPerDecade)).toPrecision(2)));
}

function placeOf(rate) {
  return Math.round(Math.log10(rate) * stepsPerDecade);
}
