// What makes the pages quicker to use. Without it they work too: each step is then a form that is sent.
(function () {
  'use strict';

  document.documentElement.classList.add('script');
  sendOnce();
  const send = document.getElementById('send');
  if (send) {
    const chosen = chooseFrom(send);
    searchPeople(send, chosen);
    countBytes();
    keepDraft(send);
  }
  jumpToFaults();

  // A form that is on its way isn't sent a second time; the server would know it again.
  function sendOnce() {
    for (const form of document.querySelectorAll('form[data-once]')) {
      form.addEventListener('submit', event => {
        if (form.dataset.sent) {
          event.preventDefault();
          return;
        }
        form.dataset.sent = 'yes';
        const button = form.querySelector('.primary');
        button.setAttribute('aria-disabled', 'true');
        if (form.dataset.sending && !(event.submitter && event.submitter.formNoValidate)) {
          button.dataset.text = button.textContent;
          button.textContent = form.dataset.sending;
        }
      });
    }
    // Back from another page: the form as it was left.
    addEventListener('pageshow', () => {
      for (const form of document.querySelectorAll('form[data-sent]')) {
        delete form.dataset.sent;
        const button = form.querySelector('.primary');
        button.removeAttribute('aria-disabled');
        if (button.dataset.text) {
          button.textContent = button.dataset.text;
        }
      }
    });
  }

  // Who is chosen stands above the list, whatever page of it is shown.
  function chooseFrom(form) {
    const list = document.getElementById('chosen');
    const names = new Set();
    for (const box of form.querySelectorAll('input[name="user"]:checked')) {
      names.add(box.value);
    }

    function isOne() {
      return form.elements.to.value === 'one';
    }

    function boxes() {
      return form.querySelectorAll('#people input[type="checkbox"]');
    }

    function draw() {
      for (const box of boxes()) {
        box.removeAttribute('name');
        box.checked = names.has(box.value);
      }
      list.replaceChildren(...[...names].map(chip));
    }

    function chip(name) {
      const item = document.createElement('li');
      const label = document.createElement('label');
      const box = document.createElement('input');
      const text = document.createElement('bdi');
      label.className = 'chip';
      box.type = 'checkbox';
      box.name = 'user';
      box.value = name;
      box.checked = true;
      text.textContent = name;
      label.append(box, text);
      item.append(label);
      return item;
    }

    form.addEventListener('change', event => {
      const box = event.target;
      if (box.type !== 'checkbox') {
        return;
      }
      if (box.checked) {
        if (isOne()) {
          names.clear();
        }
        names.add(box.value);
      } else {
        names.delete(box.value);
      }
      const isChip = list.contains(box);
      draw();
      unmark(document.getElementById('names'));
      if (isChip) {
        (list.querySelector('input') || document.getElementById('search') || document.getElementById('names')).focus();
      }
    });
    document.getElementById('names').addEventListener('input', event => unmark(event.target));
    draw();
    return { draw };
  }

  // The list is fetched alone; the server makes it, and escapes what stands in it.
  function searchPeople(form, chosen) {
    const search = document.getElementById('search');
    if (!search) {
      return;
    }
    let waiting = 0;
    let asked = 0;

    async function show(go) {
      clearTimeout(waiting);
      const number = ++asked;
      const query = new URLSearchParams({ app: form.elements.app.value, search: search.value, go });
      document.getElementById('people').setAttribute('aria-busy', 'true');
      let answer;
      try {
        answer = await fetch(form.dataset.peopleUrl + '?' + query, { headers: { Accept: 'text/html' } });
      } catch {
        answer = null;
      }
      if (number !== asked) {
        return;
      }
      if (!answer || !answer.ok) {
        // Logged out, or the server is away: the page itself says what it is.
        look(form);
        return;
      }
      const text = await answer.text();
      if (number !== asked) {
        return;
      }
      const people = new DOMParser().parseFromString(text, 'text/html').getElementById('people');
      document.getElementById('people').replaceWith(document.adoptNode(people));
      form.elements.cursor.value = go;
      chosen.draw();
      document.getElementById('found').textContent = [...people.querySelectorAll('tbody th')].map(cell => cell.textContent).join(', ') || people.textContent.trim();
    }

    search.addEventListener('input', () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => show(''), 200);
    });
    search.addEventListener('keydown', event => {
      if (event.key === 'Enter') {
        event.preventDefault();
        show('');
      }
    });
    form.addEventListener('click', event => {
      const button = event.target.closest('button[name="go"]');
      if (button) {
        event.preventDefault();
        show(button.value);
      }
    });
  }

  function countBytes() {
    const text = document.getElementById('text');
    const count = document.getElementById('count');
    const most = Number(text.dataset.max);

    function show() {
      const bytes = new TextEncoder().encode(text.value).length;
      count.textContent = count.dataset.text.replace('{0}', bytes.toLocaleString('en')).replace('{1}', most.toLocaleString('en'));
      if (bytes > most) {
        text.setAttribute('aria-invalid', 'true');
      }
    }

    text.addEventListener('input', () => {
      unmark(text);
      show();
    });
    show();
  }

  // Another app or language: the page again, with everything that was filled in.
  function keepDraft(form) {
    form.elements.app.addEventListener('change', () => look(form));
    const languages = document.querySelector('form[data-languages]');
    languages.addEventListener('submit', event => {
      event.preventDefault();
      const language = document.createElement('input');
      language.type = 'hidden';
      language.name = 'language';
      language.value = event.submitter.value;
      form.append(language);
      look(form);
    });
  }

  // A mark goes when its field is worked at.
  function unmark(field) {
    field.removeAttribute('aria-invalid');
    if (field.id === 'names') {
      document.querySelector('.chosen').classList.remove('missing');
    }
  }

  // From what is said to be missing to where it is missing.
  function jumpToFaults() {
    for (const link of document.querySelectorAll('#result a[href^="#"]')) {
      link.addEventListener('click', event => {
        event.preventDefault();
        document.querySelector(link.getAttribute('href')).focus();
      });
    }
  }

  function look(form) {
    form.action = form.dataset.look;
    form.submit();
  }
})();
