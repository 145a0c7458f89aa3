//===- Lexer.cpp - program text to tokens ---------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Lexer.h"
#include "frontend/ForeignSpelling.h"
#include "frontend/Utf8.h"

#include <unordered_map>

using namespace fovea;

static bool isDigit(char c) { return c >= '0' && c <= '9'; }
static bool isLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool isWordPart(char c) { return isLetter(c) || isDigit(c); }
static bool isAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }

namespace {

class Lexer {
public:
  Lexer(const Source &source, Diagnostics &diagnostics)
      : source(source), text(source.text), diagnostics(diagnostics) {}
  std::vector<Token> run();

private:
  /// The byte `ahead` bytes further on; NUL behind the end.
  char peek(uint32_t ahead = 0) const {
    return at + ahead < text.size() ? text[at + ahead] : '\0';
  }
  std::string_view rest() const { return text.substr(at); }
  Diagnostic &error(uint32_t begin, uint32_t end, std::string message) {
    return diagnostics.error({&source, begin, end}, std::move(message));
  }
  void add(TokenKind kind, uint32_t begin);

  bool skipBlank();
  void lexComment();
  void lexForeignComment();
  void lexWord();
  void lexNumber();
  void skipDigits();
  void checkNumber(uint32_t begin, uint32_t shapeEnd);
  void lexString();
  bool checkStringCharacter();
  bool lexForeign();
  bool lexSign();
  void passUnknown();
  void lexUnknown();

  const Source &source;
  std::string_view text;
  Diagnostics &diagnostics;
  std::vector<Token> tokens;
  uint32_t at = 0;
  bool startsLine = true;
  uint32_t openBrackets = 0;
};

} // namespace

void Lexer::add(TokenKind kind, uint32_t begin) {
  tokens.push_back({kind, startsLine, begin, at});
  startsLine = false;
  if (kind == TokenKind::LParen || kind == TokenKind::LBracket)
    ++openBrackets;
  bool closes = kind == TokenKind::RParen || kind == TokenKind::RBracket;
  if (closes && openBrackets > 0)
    --openBrackets;
}

std::vector<Token> Lexer::run() {
  if (rest().starts_with("\xEF\xBB\xBF"))
    at = 3; // the mark that some editors put before UTF-8
  while (true) {
    if (skipBlank())
      continue;
    if (at >= text.size())
      break;
    char c = peek();
    if (isLetter(c))
      lexWord();
    else if (isDigit(c) || (c == '.' && isDigit(peek(1))))
      lexNumber();
    else if (c == '"')
      lexString();
    else if (!lexForeign() && !lexSign())
      lexUnknown();
  }
  startsLine = true;
  add(TokenKind::End, at);
  return std::move(tokens);
}

/// Skips one piece of what separates tokens; false if none is here.
bool Lexer::skipBlank() {
  char c = peek();
  bool lineBreak = c == '\n' || (c == '\r' && peek(1) == '\n');
  if (at >= text.size())
    return false;
  if (lineBreak) {
    at += c == '\r' ? 2 : 1;
    startsLine = true;
    return true;
  }
  if (c == ' ' || c == '\t') {
    ++at;
    return true;
  }
  if (c == '#') {
    lexComment();
    return true;
  }
  // Inside brackets a line may well start with the operator `//`.
  bool slashes = startsLine && openBrackets == 0 && rest().starts_with("//");
  if (slashes || rest().starts_with("/*")) {
    lexForeignComment();
    return true;
  }
  Character character = decodeUtf8(text, at);
  bool noBreakSpace =
      character.valid && (character.code == 0xA0 || character.code == 0x202F);
  if (!noBreakSpace)
    return false;
  error(at, at + character.length,
        "a no-break space (" + codePointName(character.code) +
            ") cannot stand between words")
      .fix("put an ordinary space in its place");
  at += character.length;
  return true;
}

void Lexer::lexComment() {
  while (at < text.size() && peek() != '\n') {
    if (peek() == '\0')
      error(at, at + 1, "a NUL byte is no program text");
    ++at;
  }
}

/// Reports and skips a comment in the manner of C.
void Lexer::lexForeignComment() {
  error(at, at + 2,
        "comments do not start with `" + std::string(text.substr(at, 2)) + "`")
      .fix("write `#` before a comment");
  bool line = peek(1) == '/';
  size_t end = line ? text.find('\n', at) : text.find("*/", at + 2);
  at = end == std::string_view::npos ? text.size() : end + (line ? 0 : 2);
}

static TokenKind wordKind(std::string_view word) {
  using enum TokenKind;
  static const std::unordered_map<std::string_view, TokenKind> reserved = {
      {"fn", Fn},           {"return", Return}, {"require", Require},
      {"match", Match},     {"where", Where},   {"import", Import},
      {"test", Test},       {"and", And},       {"or", Or},
      {"example", Example}, {"not", Not},       {"true", True},
      {"false", False}};
  auto found = reserved.find(word);
  return found == reserved.end() ? Name : found->second;
}

bool fovea::isReserved(TokenKind kind) {
  return kind >= TokenKind::Fn && kind <= TokenKind::False;
}

void Lexer::lexWord() {
  uint32_t begin = at;
  while (isWordPart(peek()))
    ++at;
  add(wordKind(text.substr(begin, at - begin)), begin);
}

void Lexer::skipDigits() {
  while (isDigit(peek()) || peek() == '_')
    ++at;
}

void Lexer::lexNumber() {
  uint32_t begin = at;
  TokenKind kind = TokenKind::Integer;
  skipDigits();
  // `0..3` is no number with a point; what it is, the dots will tell.
  if (peek() == '.' && peek(1) != '.') {
    kind = TokenKind::Real;
    ++at;
    skipDigits();
  }
  bool sign = peek(1) == '+' || peek(1) == '-';
  bool exponent = peek() == 'e' || peek() == 'E';
  if (exponent && isDigit(peek(sign ? 2 : 1))) {
    kind = TokenKind::Real;
    at += sign ? 2 : 1;
    skipDigits();
  }
  uint32_t shapeEnd = at;
  while (isWordPart(peek()))
    ++at;
  checkNumber(begin, shapeEnd);
  add(kind, begin);
}

/// Reports what is wrong about the number [begin, at), whose digits end at
/// `shapeEnd`.
void Lexer::checkNumber(uint32_t begin, uint32_t shapeEnd) {
  std::string_view number = text.substr(begin, at - begin);
  std::string_view digits = text.substr(begin, shapeEnd - begin);
  std::string_view tail = text.substr(shapeEnd, at - shapeEnd);
  auto complain = [&]() -> Diagnostic & {
    return error(begin, at, quoted(number) + " is not a number");
  };
  auto isShort = [](std::string_view part) { return part.size() <= 30; };

  size_t point = digits.find('.');
  bool noDigitBehind =
      point != std::string_view::npos &&
      (point + 1 == digits.size() || !isDigit(digits[point + 1]));
  if (!tail.empty()) {
    bool radix = number.starts_with("0x") || number.starts_with("0b");
    bool suffix = tail == "f" || tail == "F" || tail == "L" || tail == "u";
    if (radix)
      complain().fix("numbers are written in decimal");
    else if (suffix && isShort(digits))
      complain().fix("write `" + std::string(digits) +
                     "`; a number takes the type of what it meets");
    else if (isShort(digits) && isShort(tail))
      complain().fix("if a product is meant, write `" + std::string(digits) +
                     " * " + std::string(tail) + "`");
    else
      complain();
  } else if (point == 0) {
    complain().fix("write " + quoted("0" + std::string(digits)));
  } else if (noDigitBehind) {
    std::string better(digits);
    better.insert(point + 1, "0");
    complain().fix("write " + quoted(better));
  }

  for (size_t i = 0; i < digits.size(); ++i) {
    bool between = i + 1 < digits.size() && i > 0 && isDigit(digits[i - 1]) &&
                   isDigit(digits[i + 1]);
    if (digits[i] != '_' || between)
      continue;
    complain().fix("an underscore stands between two digits");
    return;
  }
}

/// Looks at one character inside a string; false if the string is to be given
/// up. Moves behind the character.
bool Lexer::checkStringCharacter() {
  char c = peek();
  if (c == '\\') {
    char escaped = peek(1);
    if (escaped == '\n' || escaped == '\r' || at + 1 >= text.size()) {
      ++at;
      return true;
    }
    uint32_t length = 1 + decodeUtf8(text, at + 1).length;
    bool known = escaped == '"' || escaped == '\\' || escaped == 'n';
    if (!known)
      error(at, at + length,
            "unknown escape " + quoted(text.substr(at, length)) +
                " in a string")
          .fix("the escapes are `\\\"`, `\\\\` and `\\n`");
    at += length;
    return known;
  }
  Character character = decodeUtf8(text, at);
  bool fine = c != '\0' && character.valid;
  if (c == '\0')
    error(at, at + 1, "a NUL byte is no program text");
  else if (!character.valid)
    error(at, at + 1, "the byte " + shown(text, at) + " is no UTF-8");
  at += character.length;
  return fine;
}

void Lexer::lexString() {
  uint32_t begin = at++;
  bool fine = true;
  while (at < text.size() && peek() != '"' && peek() != '\n' &&
         !(peek() == '\r' && peek(1) == '\n'))
    fine &= checkStringCharacter();
  if (peek() == '"') {
    ++at;
    add(fine ? TokenKind::String : TokenKind::Error, begin);
    return;
  }
  error(begin, begin + 1, "this string is not closed")
      .fix("a string ends with `\"` on the line where it starts");
  add(TokenKind::Error, begin);
}

std::string fovea::unescape(std::string_view literal) {
  std::string result;
  for (size_t i = 1; i + 1 < literal.size(); ++i) {
    bool escaped = literal[i] == '\\';
    i += escaped;
    result += escaped && literal[i] == 'n' ? '\n' : literal[i];
  }
  return result;
}

/// A sign of another language or of mathematics.
bool Lexer::lexForeign() {
  static constexpr std::string_view starts = "=<:*&|!~+-/%^.@?'\\";
  if (isAscii(peek()) && starts.find(peek()) == std::string_view::npos)
    return false;
  bool ours = rest().starts_with("!=") && !rest().starts_with("!==");
  ours |= rest().starts_with("~=") || rest().starts_with("...");
  const ForeignSign *sign = ours ? nullptr : foreignSign(rest());
  if (!sign)
    return false;
  uint32_t begin = at, end = at + sign->text.size();
  error(begin, end, quoted(sign->text) + " is not known here")
      .fix(std::string(sign->help));
  if (sign->meaning == TokenKind::Error) {
    passUnknown();
    return true;
  }
  at = end;
  add(sign->meaning, begin);
  return true;
}

bool Lexer::lexSign() {
  using enum TokenKind;
  struct Sign {
    std::string_view text;
    TokenKind kind;
  };
  // Longer signs stand before their own beginnings.
  static const Sign signs[] = {
      {"...", Ellipsis},  {"->", Arrow},        {"=>", FatArrow},
      {"==", EqualEqual}, {"!=", NotEqual},     {"~=", Approx},
      {"<=", LessEqual},  {">=", GreaterEqual}, {"//", SlashSlash},
      {"(", LParen},      {")", RParen},        {"[", LBracket},
      {"]", RBracket},    {"{", LBrace},        {"}", RBrace},
      {",", Comma},       {";", Semicolon},     {":", Colon},
      {".", Dot},         {"|", Bar},           {"=", Assign},
      {"+", Plus},        {"-", Minus},         {"*", Star},
      {"/", Slash},       {"%", Percent},       {"^", Caret},
      {"<", Less},        {">", Greater}};
  for (const Sign &sign : signs) {
    if (!rest().starts_with(sign.text))
      continue;
    uint32_t begin = at;
    at += sign.text.size();
    add(sign.kind, begin);
    return true;
  }
  return false;
}

/// Makes one Error token of the character here and the word it belongs to.
void Lexer::passUnknown() {
  uint32_t begin = at;
  // Foreign quotes are passed with all that is between them.
  static constexpr std::string_view curlyOpen = "“", curlyClose = "”";
  bool curly = rest().starts_with(curlyOpen);
  if (curly || peek() == '\'') {
    std::string_view close = curly ? curlyClose : "'";
    for (++at; at < text.size() && peek() != '\n'; ++at)
      if (rest().starts_with(close)) {
        at += close.size();
        break;
      }
    return add(TokenKind::Error, begin);
  }
  at += decodeUtf8(text, at).length;
  while (at < text.size() &&
         (isWordPart(peek()) || !isAscii(peek()) || peek() == text[begin]))
    ++at;
  add(TokenKind::Error, begin);
}

/// Reports a character that has no place in a program.
void Lexer::lexUnknown() {
  Character character = decodeUtf8(text, at);
  uint32_t end = at + character.length;
  if (!character.valid)
    error(at, end, "the byte " + shown(text, at) + " is no UTF-8");
  else if (character.code == 0)
    error(at, end, "a NUL byte is no program text");
  else if (!isVisible(character.code))
    error(at, end,
          "the invisible character " + codePointName(character.code) +
              " cannot stand here");
  else
    error(at, end,
          "unexpected character " + quoted(text.substr(at, character.length)))
        .fix(isAscii(peek()) ? ""
                             : "names are made of the letters a to z, digits "
                               "and underscores");
  passUnknown();
}

std::vector<Token> fovea::lex(const Source &source, Diagnostics &diagnostics) {
  return Lexer(source, diagnostics).run();
}
