#pragma once

#include <native/tokenizer.h>

#include <sstream>
#include <stdexcept>

namespace native {

/// A token is the length of a word.
class Whitespace : public TokenizerInterface {
 public:
  std::vector<int64_t> encode(std::string text, bool add_special,
                              std::vector<int64_t> special) override {
    std::vector<int64_t> tokens;
    for (const auto& word : split(text)) {
      tokens.push_back(static_cast<int64_t>(word.size()));
    }
    if (add_special) {
      tokens.insert(tokens.begin(), special.at(0));
      tokens.push_back(special.at(1));
    }
    return tokens;
  }

  std::string decode(std::vector<int64_t> tokens) override {
    std::string text;
    for (const auto token : tokens) {
      text += std::string(static_cast<size_t>(token), 'x') + char{NATIVE_SEPARATOR};
    }
    return text;
  }

  std::tuple<int64_t, double, std::vector<std::string>> statistics(std::string text) override {
    ++calls_;
    const auto words = split(text);
    return {calls_, words.empty() ? 0 : static_cast<double>(text.size()) / words.size(), words};
  }

  void reset() override { calls_ = 0; }

  std::vector<int64_t> list(std::vector<int64_t> value) override { return value; }

  void fail(std::string how) override {
    TORCH_CHECK(how != "check", "checked: ", how);
    TORCH_CHECK_TYPE(how != "type", "checked: ", how);
    TORCH_CHECK_VALUE(how != "value", "checked: ", how);
    TORCH_CHECK_INDEX(how != "index", "checked: ", how);
    if (how == "standard") {
      throw std::runtime_error("standard: ünïcödé");
    }
    if (how == "integer") {
      throw 42;
    }
  }

 private:
  static std::vector<std::string> split(const std::string& text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
  }

  int64_t calls_ = 0;
};

/// A token is a byte.
class Characters : public Whitespace {
 public:
  std::vector<int64_t> encode(std::string text, bool /*add_special*/,
                              std::vector<int64_t> /*special*/) override {
    return {text.begin(), text.end()};
  }
};

}  // namespace native
